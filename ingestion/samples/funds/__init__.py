"""The fund workbooks of the demo: what the invented funds live through, and the files that tell of it. Other demo files do not belong here."""

from ingestion.samples.funds.workbooks import write_fund_workbooks

__all__ = ["write_fund_workbooks"]
