"""The bank statements of the demo funds: what the bank saw of their payments, in three formats. Fund workbooks do not belong here."""

from ingestion.samples.banks.files import write_bank_statements

__all__ = ["write_bank_statements"]
