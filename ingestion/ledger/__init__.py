"""Ledger exports of several systems as one canonical journal. Mapping its accounts to the platform's does not belong here."""

from ingestion.ledger.registry import LAYOUTS, is_ledger, read_ledger

__all__ = ["LAYOUTS", "is_ledger", "read_ledger"]
