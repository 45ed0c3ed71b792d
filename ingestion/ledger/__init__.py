"""Ledger exports of several systems as one canonical journal. Mapping its accounts to the platform's does not belong here."""

from ingestion.ledger.quickbooks_report import QUICKBOOKS, is_general_ledger_report, read_general_ledger_report

__all__ = ["QUICKBOOKS", "is_general_ledger_report", "read_general_ledger_report"]
