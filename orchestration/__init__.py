"""Wiring only: settings, warehouse, assets, checks, jobs, publication and the `weir` command; finance lives in calculations."""
