"""The seeded demo inputs and the scaled ones for benchmarks: what writes files for the inbox. Reading files does not belong here."""

from ingestion.samples.demo import PARTS, SEED, write_demo
from ingestion.samples.funds.scaled import write_scaled_fund_workbook
from ingestion.samples.scaled import write_scaled_clo_workbook

__all__ = ["PARTS", "SEED", "write_demo", "write_scaled_clo_workbook", "write_scaled_fund_workbook"]
