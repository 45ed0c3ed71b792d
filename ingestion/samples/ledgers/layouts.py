"""Writes one small file of each ledger layout that is read, with a sidecar where its layout names no company. How each is written does not belong here."""

from __future__ import annotations

from pathlib import Path

import yaml

from ingestion.inbox import SIDECAR_SUFFIX
from ingestion.samples.ledgers.books import book_journals
from ingestion.samples.ledgers.quickbooks_layouts import desktop_report, iif, journal_report, replicated
from ingestion.samples.ledgers.sage_layouts import intacct_detail, intacct_journal, sage50_audit_trail

ENTITY = "Hazel Fund II LP"


def layout_files(seed: int) -> dict[str, bytes]:
    """Each file by its name. The same seed gives the same bytes."""
    journals = book_journals(seed)
    return {
        "quickbooks_desktop.csv": desktop_report(journals),
        "quickbooks_desktop.iif": iif(journals),
        "quickbooks_journal.csv": journal_report(journals, seed),
        **replicated(journals, seed),
        "intacct_journal.csv": intacct_journal(journals),
        **intacct_detail(journals, seed),
        "sage50_audit_trail.csv": sage50_audit_trail(journals),
    }


def write_layout_files(folder: Path, seed: int, currency: str = "USD") -> list[Path]:
    """Write the files with their sidecars into `folder` and return what was written. They are no part of the demo."""
    written = []
    for name, content in layout_files(seed).items():
        path = folder / name
        path.write_bytes(content)
        sidecar = folder / f"{name}{SIDECAR_SUFFIX}"
        sidecar.write_text(yaml.safe_dump({"entity": ENTITY, "currency": currency}, sort_keys=False), encoding="utf-8")
        written += [path, sidecar]
    return written
