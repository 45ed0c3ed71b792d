"""The ledgers of the demo funds: double entry of what they live through, and the reports that state it. Fund workbooks do not belong here."""

from ingestion.samples.ledgers.reports import write_ledger_reports

__all__ = ["write_ledger_reports"]
