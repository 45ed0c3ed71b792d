"""Every layout of a ledger export that is read, and the one way to read any of them. How one is read belongs to its own module.

A new layout is a module with a `LAYOUT`, or `LAYOUTS` where its files come in parts, and a line here. Source: fund-admin 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingestion.content import Content
from ingestion.extract import Extract
from ingestion.feeds import LEDGER_KEYS
from ingestion.ledger import (
    intacct_detail,
    intacct_journal,
    oracle_interface,
    oracle_journals,
    quickbooks_api,
    quickbooks_desktop,
    quickbooks_iif,
    quickbooks_journal,
    quickbooks_report,
    sage50,
    sap_accounts,
    sap_documents,
    sap_list,
    sap_universal,
)
from ingestion.ledger.layout import LedgerLayout, LedgerSource

LAYOUTS: tuple[LedgerLayout, ...] = (
    quickbooks_report.LAYOUT,
    quickbooks_desktop.LAYOUT,
    quickbooks_journal.LAYOUT,
    *quickbooks_api.LAYOUTS,
    quickbooks_iif.LAYOUT,
    *intacct_detail.LAYOUTS,
    intacct_journal.LAYOUT,
    sage50.LAYOUT,
    *sap_documents.LAYOUTS,
    sap_universal.LAYOUT,
    sap_list.LAYOUT,
    sap_accounts.LAYOUT,
    oracle_interface.LAYOUT,
    *oracle_journals.LAYOUTS,
)
_REPLACED = "\N{REPLACEMENT CHARACTER}"


def is_ledger(kind: str) -> bool:
    """Whether files of `kind` are read by one of the layouts."""
    return any(layout.kind == kind for layout in LAYOUTS)


def read_ledger(content: Content, kind: str, declared: Mapping[str, Any]) -> Extract | None:
    """The export in `content`, or None where its layout is none of those read.

    `declared` holds what sheet, sidecar and folder say of the file. Raises FileRejected: BAD_ENCODING for a text in an
    encoding that its layout does not come in, and those of the layout.
    """
    text = content.text
    if text is None:
        return None
    layout = next((layout for layout in LAYOUTS if layout.kind == kind and layout.recognises(text)), None)
    if layout is None:
        return None
    if content.encoding_error is not None and (content.encoding not in layout.encodings or _REPLACED in text):
        raise content.encoding_error
    said = {key: declared.get(key) for key in LEDGER_KEYS}
    return layout.read(LedgerSource(content.name, text, **said))
