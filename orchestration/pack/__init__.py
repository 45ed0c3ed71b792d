"""A deal's projection as an Excel workbook, read from the publication. What the figures are is the marts'."""

from orchestration.pack.contents import PackError, Written, write_pack

__all__ = ["PackError", "Written", "write_pack"]
