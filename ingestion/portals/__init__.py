"""Exports of investor portals: one small interface for all shapes, and reading them into raw tables. Who an investor is to us does not belong here."""

from ingestion.portals.reader import PORTAL_EXPORT, read_portal_export

__all__ = ["PORTAL_EXPORT", "read_portal_export"]
