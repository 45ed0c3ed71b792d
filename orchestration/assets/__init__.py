"""The asset graph, one module a stage: raw, dbt models, calculations, verdicts, publication."""
