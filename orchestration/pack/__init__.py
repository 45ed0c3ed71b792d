"""A deal's projection, or its tests and trades, as an Excel workbook, read from the publication. What the figures are is the marts'."""

from orchestration.pack.contents import PackError, Written, write_compliance_pack, write_pack

__all__ = ["PackError", "Written", "write_compliance_pack", "write_pack"]
