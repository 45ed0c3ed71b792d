"""To which feed a file belongs: what its sheet, sidecar and folder declare, checked and put together. Reading the data does not belong here.

Every contradiction is BAD_FEED: a file in the wrong feed would overwrite somebody else's state.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from ingestion.contracts import currency_codes
from ingestion.delimited import normal_form
from ingestion.extract import FileRejected
from ingestion.fields import LayoutField
from ingestion.inbox import BACKLOAD, SIDECAR_SUFFIX, InboxFile
from ingestion.kinds import Kind, kinds
from ingestion.reasons import advice_for
from ingestion.values import read_column

SHARED = "_shared"
CONTRACT_VERSIONS = (1,)
FEED_SHEET = "feed"  # normal form

_ORGANIZATION = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")
_PARSED_BY: Mapping[str, LayoutField] = {
    "organization_name": LayoutField(type="s"),
    "feed_name": LayoutField(type="id"),
    "as_of": LayoutField(type="day"),
    "sent_at": LayoutField(type="instant"),
    "confirm_deletions": LayoutField(type="yn"),
    "entity": LayoutField(type="s"),
    "ledger": LayoutField(type="s"),
}
# What a ledger export may leave unsaid and its sender declares.
LEDGER_KEYS = ("entity", "currency", "date_order", "decimal_mark", "ledger")
DATE_ORDERS = ("MDY", "DMY", "YMD")
DECIMAL_MARKS = ("comma", "point")
FEED_KEYS: tuple[str, ...] = (
    "organization_id",
    "organization_name",
    "kind",
    "feed_name",
    "as_of",
    "mode",
    "sent_at",
    "confirm_deletions",
    "contract_version",
    *LEDGER_KEYS,
)


@dataclass(frozen=True)
class FeedDefaults:
    """What holds for a file that declares nothing."""

    organization_id: str = "default"
    organization_name: str | None = None
    feed_name: str = "main"


@dataclass(frozen=True)
class Feed:
    """The feed of one file. Instants are UTC without a zone. Source: input-contracts 1.1.

    `as_of_basis`: declared, content (a date in the data) or known_at (the day it was learned).
    """

    organization_id: str
    organization_name: str
    kind: str
    feed_name: str
    as_of: dt.date
    mode: Literal["full", "delta"]
    sent_at: dt.datetime | None
    confirm_deletions: bool
    contract_version: int
    is_backload: bool
    as_of_basis: Literal["declared", "content", "known_at"] = "declared"


@dataclass(frozen=True)
class Declaration:
    """What sheet, sidecar and folder say of one file, parsed; a key that nobody states is missing."""

    file: InboxFile
    values: Mapping[str, Any]

    @property
    def kind(self) -> str | None:
        return self.values.get("kind")


def utc(moment: dt.datetime) -> dt.datetime:
    """A moment in UTC without its zone; a moment without a zone is in UTC already."""
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def declare(file: InboxFile, sheet: Sequence[Sequence[Any]] | None) -> Declaration:
    """Put together what is declared of `file`; `sheet` holds the rows of its sheet Feed, if it has one.

    Sheet and sidecar must agree, and a declared organisation must agree with the folder. Raises FileRejected BAD_FEED.
    """
    name = file.name
    if file.is_orphan_sidecar:
        raise bad_feed(f"{name}: expected the file that this sidecar belongs to beside it, found none")
    if file.sidecar_error:
        raise bad_feed(
            f"{name}{SIDECAR_SUFFIX}: expected a sidecar of `key: value` lines, found that {file.sidecar_error}"
        )
    in_sheet = _parse(_sheet_pairs(sheet, name), f"{name}, sheet Feed") if sheet is not None else {}
    in_sidecar = _parse(list(file.sidecar.items()), f"{name}{SIDECAR_SUFFIX}")
    for key in in_sheet.keys() & in_sidecar.keys():
        if in_sheet[key] != in_sidecar[key]:
            raise bad_feed(
                f"{name}: sheet Feed and sidecar must agree on {key}, found {in_sheet[key]} and {in_sidecar[key]}"
            )
    values = {**_folder_values(file), **in_sidecar, **in_sheet}
    folder = file.organization_id
    if folder is not None and values["organization_id"] != folder:
        raise bad_feed(
            f"{name}: the organisation declared must be that of its folder, {folder!r}, found {values['organization_id']!r}"
        )
    return Declaration(file, values)


def resolve_feed(declaration: Declaration, kind: Kind, *, defaults: FeedDefaults, loaded_at: dt.datetime) -> Feed:
    """The feed of a file of `kind`, with the day of its known_at as `as_of` unless one is declared.

    A file below `backload` must say when it was sent, and not in the future of `loaded_at`. Raises FileRejected BAD_FEED.
    """
    file, values, loaded = declaration.file, declaration.values, utc(loaded_at)
    if (stray := [key for key in LEDGER_KEYS if key in values]) and not kind.name.startswith("ledger_"):
        raise bad_feed(f"{file.name}: {', '.join(stray)} may only be declared of a ledger, found a {kind.name}")
    sent_at: dt.datetime | None = values.get("sent_at")
    if file.is_backload and (sent_at is None or sent_at > loaded):
        found = "none" if sent_at is None else f"{sent_at:%Y-%m-%dT%H:%M:%SZ}"
        raise bad_feed(
            f"{file.name}: a file of {BACKLOAD} must declare sent_at, at the latest {loaded:%Y-%m-%dT%H:%M:%SZ}, found {found}"
        )
    known_at = sent_at if file.is_backload and sent_at is not None else loaded
    organization_id = values.get("organization_id", SHARED if kind.is_shared else defaults.organization_id)
    name_of_default = defaults.organization_name if organization_id == defaults.organization_id else None
    return Feed(
        organization_id=organization_id,
        organization_name=values.get("organization_name", name_of_default or organization_id),
        kind=kind.name,
        feed_name=values.get("feed_name", defaults.feed_name),
        as_of=values.get("as_of", known_at.date()),
        mode=values.get("mode", kind.mode),
        sent_at=sent_at,
        confirm_deletions=values.get("confirm_deletions", False),
        contract_version=values.get("contract_version", CONTRACT_VERSIONS[-1]),
        is_backload=file.is_backload,
        as_of_basis="declared" if "as_of" in values else "known_at",
    )


def bad_feed(message: str) -> FileRejected:
    return FileRejected("BAD_FEED", f"{message} (BAD_FEED)", advice_for("BAD_FEED"))


def _folder_values(file: InboxFile) -> dict[str, Any]:
    if len(file.folders) > 2:
        raise bad_feed(
            f"{file.name}: expected at most the folders <organization_id>/<feed_name>, found {'/'.join(file.folders)}"
        )
    names = zip(("organization_id", "feed_name"), file.folders, strict=False)
    return _parse(list(names), f"{file.name}, its folder")


def _sheet_pairs(rows: Sequence[Sequence[Any]], name: str) -> list[tuple[str, str]]:
    """Keys and values of sheet Feed; blank and comment rows are passed over."""
    pairs: list[tuple[str, str]] = []
    for row in rows:
        cells = [_cell_text(cell) for cell in row]
        filled = [cell for cell in cells if cell]
        if not filled or filled[0].startswith("#"):
            continue
        if any(cells[2:]) or not cells[0]:
            raise bad_feed(f"{name}, sheet Feed: expected a key and a value in columns A and B, found {filled}")
        pairs.append((cells[0], cells[1] if len(cells) > 1 else ""))
    return pairs


def _cell_text(cell: Any) -> str:
    """The text form of a cell. A day or instant of a spreadsheet has no zone and is taken as UTC."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else f"{cell.isoformat()}Z"
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell).strip()


def _parse(pairs: Sequence[tuple[str, str]], where: str) -> dict[str, Any]:
    """Typed values by key; an empty value states nothing."""
    forms = {normal_form(key): key for key in FEED_KEYS}
    values: dict[str, Any] = {}
    for stated, text in pairs:
        key = forms.get(normal_form(stated))
        if key is None:
            raise bad_feed(f"{where}: expected keys of {', '.join(FEED_KEYS)}, found {stated!r}")
        if key in values:
            raise bad_feed(f"{where}: expected key {key} once, found it twice")
        if text.strip():
            values[key] = _value(key, text.strip(), where)
    return values


def _value(key: str, text: str, where: str) -> Any:
    def wrong(expected: str) -> FileRejected:
        return bad_feed(f"{where}: {key} must be {expected}, found {text!r}")

    if key == "organization_id":
        if text != SHARED and (not _ORGANIZATION.match(text) or text == BACKLOAD):
            raise wrong(f"1 to 63 of a-z 0-9 _ -, beginning with a letter or digit, and not {BACKLOAD}")
    elif key == "kind":
        if text not in kinds():
            raise wrong(f"one of {', '.join(kinds())}")
    elif key == "mode":
        if text.lower() not in ("full", "delta"):
            raise wrong("full or delta")
        return text.lower()
    elif key == "currency":
        if text.upper() not in currency_codes():
            raise wrong("a currency code of ISO 4217")
        return text.upper()
    elif key == "date_order":
        if text.upper() not in DATE_ORDERS:
            raise wrong(f"one of {', '.join(DATE_ORDERS)}")
        return text.upper()
    elif key == "decimal_mark":
        if text.lower() not in DECIMAL_MARKS:
            raise wrong(f"one of {', '.join(DECIMAL_MARKS)}")
        return text.lower()
    elif key == "contract_version":
        if text not in map(str, CONTRACT_VERSIONS):
            raise wrong(f"one of {', '.join(map(str, CONTRACT_VERSIONS))}")
        return int(text)
    else:
        column = read_column(pa.array([text]), _PARSED_BY[key])
        if column.faults:
            raise wrong(column.faults[0].expected)
        if key == "feed_name" and (text.startswith("_") or text == BACKLOAD):
            raise wrong(f"a name that does not begin with _ and is not {BACKLOAD}")
        return column.values[0].as_py()
    return text
