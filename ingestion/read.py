"""Reads one file of the inbox from its bytes to its extract: what it is, whose it is, what it says. Recording that does not belong here.

Either everything of a file is returned or FileRejected is raised, with the feed on it as soon as the feed is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingestion.bank import BANK_STATEMENT, read_bank_statement
from ingestion.content import Content, open_content
from ingestion.contracts import delimited_contracts, workbook_contracts
from ingestion.delimited import normal_form
from ingestion.extract import Extract, FileRejected
from ingestion.feeds import FEED_SHEET, Feed, FeedDefaults, declare, resolve_feed, utc
from ingestion.inbox import InboxFile
from ingestion.json_records import grid_of_records
from ingestion.kinds import CLO_WORKBOOK, Match, recognise
from ingestion.ledger import is_ledger, read_ledger
from ingestion.nport import NPORT, read_nport
from ingestion.portals import PORTAL_EXPORT, read_portal_export
from ingestion.reasons import advice_for
from ingestion.references import Knowledge
from ingestion.tabular import read_delimited, read_units
from ingestion.units import Source, Units

if TYPE_CHECKING:
    from ingestion.workbook import Workbook

__all__ = ["FeedDefaults", "read_file"]


def _nothing_known(feed: Feed) -> Knowledge:
    return Knowledge()


def read_file(
    file: InboxFile,
    *,
    loaded_at: dt.datetime,
    defaults: FeedDefaults,
    knowledge_of: Callable[[Feed], Knowledge] = _nothing_known,
) -> tuple[Feed, Extract]:
    """The feed and the content of `file`. `loaded_at` is UTC, with or without its zone; `knowledge_of` says what is known
    of a feed already.

    `as_of` is the declared day, else the day that the content gives its kind, else the day (UTC) of known_at.
    Raises FileRejected with a code of the list of reasons, its advice, and `feed` (None while unknown).
    Source: input-contracts 1.1.
    """
    feed: Feed | None = None
    try:
        declaration = declare(file, None)
        content = open_content(file)
        sheet = _feed_sheet(content)
        if sheet is not None:
            declaration = declare(file, sheet)
        match = recognise(content, declaration.kind)
        feed = resolve_feed(declaration, match.kind, defaults=defaults, loaded_at=loaded_at)
        extract = _read(content, match, feed, utc(loaded_at), knowledge_of, file.sha256, declaration.values)
    except FileRejected as rejection:
        rejection.advice = rejection.advice or advice_for(rejection.code)
        rejection.feed = feed  # type: ignore[attr-defined]
        raise
    if feed.as_of_basis != "declared" and extract.as_of is not None:
        feed = replace(feed, as_of=extract.as_of, as_of_basis="content")
    return feed, extract


def _feed_sheet(content: Content) -> Sequence[Sequence[Any]] | None:
    if content.workbook is None:
        return None
    names = [name for name in content.workbook.sheet_names if normal_form(name) == FEED_SHEET]
    return content.workbook.rows(names[0]) if names else None


def _read(
    content: Content,
    match: Match,
    feed: Feed,
    loaded_at: dt.datetime,
    knowledge_of: Callable[[Feed], Knowledge],
    sha256: str,
    declared: Mapping[str, Any],
) -> Extract:
    if not match.kind.is_read:
        raise _not_supported(content, match, "")
    if content.workbook is not None and match.kind.name == CLO_WORKBOOK:
        # Imported here: a run over feeds alone must not pay for the spreadsheet libraries.
        from ingestion.clo_workbook import read_clo_workbook

        return read_clo_workbook(content.workbook)
    known_at = feed.sent_at if feed.is_backload and feed.sent_at is not None else loaded_at
    source = Source(
        content.name, feed.organization_id, feed.feed_name, feed.mode, known_at, loaded_at, feed.is_backload
    )
    if match.kind.name == NPORT:
        return read_nport(content.xml, source, sha256)
    if is_ledger(match.kind.name):
        ledger = read_ledger(content, match.kind.name, declared)
        if ledger is None:
            raise _not_supported(content, match, " in a layout")
        return ledger
    if match.kind.name == BANK_STATEMENT:
        return read_bank_statement(content.xml, content.text, source)
    if match.kind.name == PORTAL_EXPORT:
        return read_portal_export(content.document, content.text, source)
    knowledge = knowledge_of(feed)
    if content.workbook is not None:
        return _read_workbook(content.workbook, match, source, knowledge)
    assert match.layout is not None, "a kind that is read has a layout or a reader of its own"
    if content.text is not None:
        return read_delimited(content.text, match.layout, source, knowledge.registers)
    grid = grid_of_records(content.document, content.name, match.layout.layout)
    return read_units(Units(grid, match.layout, source, registers=knowledge.registers))


def _read_workbook(workbook: Workbook, match: Match, source: Source, knowledge: Knowledge) -> Extract:
    # Imported here for the same reason as the legacy reader.
    from ingestion.sheet_feed import read_sheet_feed
    from ingestion.workbook_reader import read_contract_workbook

    contract = workbook_contracts().get(match.kind.name)
    if contract is not None:
        return read_contract_workbook(workbook, contract, source, knowledge)
    return read_sheet_feed(workbook, delimited_contracts()[match.kind.name], source, knowledge.registers)


def _not_supported(content: Content, match: Match, what: str) -> FileRejected:
    kind = match.kind
    return FileRejected(
        "KIND_NOT_SUPPORTED",
        f"{content.name}: expected content that this version reads, found what is recognised as {kind.name} ({kind.title})"
        f"{what}, which it does not read yet (KIND_NOT_SUPPORTED)",
    )
