"""The NAV workbook of the demo: what its products hold, trade, charge and state. The files of the other domains do not belong here."""

from ingestion.samples.nav.workbook import write_nav_workbook

__all__ = ["write_nav_workbook"]
