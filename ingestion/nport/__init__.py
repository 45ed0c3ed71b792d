"""Form N-PORT filings: reading one into raw tables. Parsing XML does not belong here."""

from ingestion.nport.elements import NPORT
from ingestion.nport.reader import read_nport

__all__ = ["NPORT", "read_nport"]
