"""Cuts a BAI2 file into records with their continuations, and proves its counts and control totals. What records mean for an account does not belong here.

Records: 01 and 99 enclose the file, 02 and 98 a group, 03 and 49 an account, 16 is a transaction, 88 continues the record above.
Source: input-contracts 5.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.bank.stated import control_total, masked

# Which record may stand inside which, and what closes it.
_PARENT = {"02": "01", "03": "02", "16": "03", "49": "03", "98": "02", "99": "01"}
_OPENED_BY = {"49": "03", "98": "02", "99": "01"}
# Fields behind an availability code that belong to it, where their number is fixed.
_AVAILABILITY = {"S": 3, "V": 2}


@dataclass
class Record:
    """One record. `parts` are the fields of its line, and of each 88 below it; `children` the records that it encloses."""

    code: str
    line: int
    parts: list[list[str]]
    children: list[Record] = field(default_factory=list)
    trailer: Record | None = None

    @property
    def fields(self) -> list[str]:
        """All fields, those of continuations behind the record's own."""
        return [text for part in self.parts for text in part]

    def text_from(self, place: int) -> str:
        """What stands from the field `place` (0-based) on, commas included and lines joined by spaces."""
        lines = []
        for part in self.parts:
            lines.append(",".join(part[place:]) if place < len(part) else "")
            place = max(place - len(part), 0)
        return " ".join(line.strip() for line in lines if line.strip())

    def value(self, place: int) -> str:
        """The field at `place` (0-based), '' where the record ends before it."""
        fields = self.fields
        return fields[place].strip() if place < len(fields) else ""

    @property
    def line_count(self) -> int:
        """Lines of the record, of what it encloses and of its trailer."""
        trailer = self.trailer.line_count if self.trailer else 0
        return len(self.parts) + sum(child.line_count for child in self.children) + trailer


def read_records(text: str, name: str) -> Record:
    """The record 01 with everything inside it. Raises FileRejected CONTROL_TOTAL where records are missing or out of
    order, and where a count or total of a trailer is not borne out."""
    open_: list[Record] = []
    last: Record | None = None
    root: Record | None = None
    for line, raw in enumerate(text.split("\n"), start=1):
        stripped = raw.strip()
        if not stripped:
            continue
        code, _, rest = stripped.removesuffix("/").partition(",")
        place = f"{name}, line {line}"
        if code == "88" and last is not None:
            last.parts.append(rest.split(","))
            continue
        last = Record(code, line, [rest.split(",")])
        if code == "01" and root is None:
            root = last
            open_ = [root]
            continue
        parent = _PARENT.get(code)
        if not open_ or parent is None or open_[-1].code != parent:
            inside = f"inside {open_[-1].code}" if open_ else "outside the file's 01"
            raise control_total(place, "the next record", "one that may follow", f"{code} {inside}")
        if code in _OPENED_BY:
            open_.pop().trailer = last
            continue
        open_[-1].children.append(last)
        if code != "16":
            open_.append(last)
    if root is None or open_:
        missing = "01" if root is None else next(code for code, of in _OPENED_BY.items() if of == open_[-1].code)
        raise control_total(name, "the last record", f"{missing if root is None else '99'}", f"no {missing}")
    _prove(root, name)
    return root


def amounts_of_account(record: Record) -> Iterator[tuple[str, str]]:
    """(type, amount) of every summary of an account's 03, without those that state no amount."""
    fields = [text.strip() for text in record.fields]
    place = 2
    while place < len(fields):
        kind, amount = fields[place], fields[place + 1] if place + 1 < len(fields) else ""
        if kind and amount:
            yield kind, amount
        # Type, amount, item count, funds type, and what belongs to the funds type.
        place = after_availability(fields, place + 3)


def after_availability(fields: Sequence[str], place: int) -> int:
    """The place behind the funds type at `place` and the fields that belong to it."""
    kind = fields[place].strip().upper() if place < len(fields) else ""
    if kind == "D":
        pairs = fields[place + 1].strip() if place + 1 < len(fields) else ""
        return place + 2 + 2 * (int(pairs) if pairs.isdigit() else 0)
    return place + 1 + _AVAILABILITY.get(kind, 0)


def whole(text: str) -> int | None:
    """A number of minor units, with or without a sign; None where it is no whole number."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    return int(text) if digits.isascii() and digits.isdigit() else None


def _prove(root: Record, name: str) -> None:
    of_groups = 0
    for group in root.children:
        of_accounts = 0
        for account in group.children:
            who = masked(account.value(0))
            summaries = [amount for _, amount in amounts_of_account(account)]
            entries = [entry.value(1) for entry in account.children]
            total = sum(whole(text) or 0 for text in (*summaries, *entries))
            _check(account, f"the control total of {who}", 0, total, name)
            _check(account, f"the records of {who}", 1, account.line_count, name)
            of_accounts += total
        _check(group, "the control total of the group", 0, of_accounts, name)
        _check(group, "the accounts of the group", 1, len(group.children), name)
        _check(group, "the records of the group", 2, group.line_count, name)
        of_groups += of_accounts
    _check(root, "the control total of the file", 0, of_groups, name)
    _check(root, "the groups of the file", 1, len(root.children), name)
    _check(root, "the records of the file", 2, root.line_count, name)


def _check(record: Record, what: str, place: int, found: int, name: str) -> None:
    assert record.trailer is not None, "a record that encloses others is closed by its trailer"
    stated = record.trailer.value(place)
    if whole(stated) != found:
        raise control_total(f"{name}, line {record.trailer.line}", what, repr(stated), found)


def in_units(amount: str, decimals: int | None) -> str:
    """Minor units as an amount of a currency with so many decimals; what is no such number stays as it is."""
    units = whole(amount)
    return amount if units is None or decimals is None else f"{Decimal(units).scaleb(-decimals):f}"
