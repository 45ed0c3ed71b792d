"""Statements of bank accounts in CSV, camt.053 and BAI2: reading one into raw tables. Whose payment an entry is does not belong here."""

from ingestion.bank.reader import BANK_STATEMENT, read_bank_statement

__all__ = ["BANK_STATEMENT", "read_bank_statement"]
