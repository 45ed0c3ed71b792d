"""The legacy CLO workbook: recognising it and reading it into raw tables. Opening workbooks does not belong here."""

from ingestion.clo_workbook.reader import is_clo_workbook, missing_sheet, read_clo_workbook

__all__ = ["is_clo_workbook", "missing_sheet", "read_clo_workbook"]
