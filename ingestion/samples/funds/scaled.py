"""Writes one fund workbook of any size for benchmarks, the funds of one demo house over and over under ids of their own.

The demo's own workbooks do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ingestion.contracts import Sheet, WorkbookContract, workbook_contracts
from ingestion.samples.demo import SEED
from ingestion.samples.funds.state import state
from ingestion.samples.funds.story import load_fund_story
from ingestion.samples.funds.table import Row, sheet
from ingestion.samples.funds.workbooks import SHEETS, TITLE
from ingestion.samples.grid import Value, write_workbook

HOUSE = "cedar-assets"  # the smallest, so that a size is met closely
UNREADABLE = "n/a"  # what people write into an amount that they do not know
Tables = Mapping[str, list[Row]]


def write_scaled_fund_workbook(
    path: Path, *, cells: int = 1_000_000, bad_share: float = 0.002, seed: int = SEED
) -> Path:
    """Write a fund workbook of about `cells` filled cells, never fewer than the house itself has (some 17,000).

    Of all rows, `bad_share` (rounded down to whole rows) hold a text in place of an amount, evenly spread over the sheets
    that no other refers to, so that each costs one row; all others are valid. Same arguments, same bytes.
    Raises ValueError when `cells` is below 1, or `bad_share` below 0 or above what those sheets can take.
    """
    if cells < 1:
        raise ValueError(f"write_scaled_fund_workbook, cells: expected at least 1, found {cells}")
    contract = workbook_contracts()["fund_workbook"]
    house = _house(seed)
    copies = max(round(cells / _filled(house)), 1)
    ids = _ids(contract, house)
    scaled = {name: _repeated(rows, ids, copies) for name, rows in house.items()}
    write_workbook(path, [sheet(name, rows) for name, rows in _damaged(contract, scaled, bad_share).items()], TITLE)
    return path


def _house(seed: int) -> Tables:
    """The rows of every sheet that the newest workbook of the house fills."""
    story = load_fund_story()
    as_of = max(plan.as_of for plan in story.workbooks if plan.organization_id == HOUSE)
    known = state(HOUSE, as_of, story, seed)
    tables = {name: list(rows(known)) for name, rows in SHEETS.items()}
    return {name: rows for name, rows in tables.items() if rows}


def _filled(tables: Tables) -> int:
    return sum(value not in (None, "") for rows in tables.values() for row in rows for value in row.values())


def _ids(contract: WorkbookContract, tables: Tables) -> frozenset[Value]:
    """Ids that are a row's key on some sheet, and may stand in fields of others."""
    return frozenset(
        row.get(name)
        for each in contract.sheets
        for name in each.key
        if each.fields[name].type == "id"
        for row in tables.get(each.name, ())
    )


def _repeated(rows: list[Row], ids: frozenset[Value], copies: int) -> list[Row]:
    """The rows of all copies; a row that names none of the ids would be a duplicate and stands once."""
    named = [row for row in rows if not ids.isdisjoint(row.values())]
    return [*rows, *(_renamed(row, ids, place) for place in range(1, copies) for row in named)]


def _renamed(row: Row, ids: frozenset[Value], place: int) -> Row:
    """The row in the copy number `place`; ids of anything else, such as an index or a calendar, stay."""
    return {name: f"{value}.{place}" if value in ids else value for name, value in row.items()}


def _amount(each: Sheet) -> str | None:
    """A required amount of the sheet, where a bad row harms no other: nothing refers to it and no rule spans rows."""
    if any(rule.unique or rule.sums_to_zero or rule.no_overlap or rule.one_each for rule in each.rules):
        return None
    amounts = (name for name, field in each.fields.items() if field.type == "money" and field.is_required)
    return next(amounts, None)


def _damaged(contract: WorkbookContract, tables: Tables, share: float) -> Tables:
    """The tables with the stated share of all rows made unreadable."""
    referred = {field.refers_to for each in contract.sheets for field in each.fields.values()}
    amounts = {each.name: _amount(each) for each in contract.sheets if each.name not in referred}
    places = [(name, row) for name in tables if amounts.get(name) for row in range(len(tables[name]))]
    wanted = int(share * sum(map(len, tables.values())))
    if not 0 <= wanted <= len(places):
        raise ValueError(
            f"write_scaled_fund_workbook, bad_share: expected a share from 0 that {len(places)} rows can take, found {share}"
        )
    bad = {places[at * len(places) // wanted] for at in range(wanted)}
    return {
        name: [
            {**row, amounts[name]: UNREADABLE} if (name, at) in bad else row  # type: ignore[dict-item]
            for at, row in enumerate(rows)
        ]
        for name, rows in tables.items()
    }
