"""Writes an empty workbook of a kind, and the page that explains it, from its contract. Reading workbooks does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

import xlsxwriter

from ingestion.contracts import CONTRACTS, Sheet, WorkbookContract, workbook_contracts
from ingestion.feeds import FEED_KEYS
from ingestion.fields import LayoutField
from ingestion.rules import RowRule, Transitions

CREATED = dt.datetime(2016, 3, 23)  # the same contract makes the same bytes
ROWS = 5_000  # rows that drop-downs reach down to
LONGEST_LIST = 255  # characters that a spreadsheet takes in a drop-down
COLUMN_WIDTHS = (10, 40)

FORMS: dict[str, str] = {
    "id": "id: 1 to 64 of A-Z a-z 0-9 . _ : / -",
    "s": "text, at most 255 characters",
    "txt": "text, at most 32,767 characters",
    "code": "one of a list",
    "ccy": "currency, ISO 4217",
    "ctry": "country, ISO 3166-1, two letters",
    "money": "amount on the currency's minor unit",
    "amt": "amount, up to 12 decimals",
    "qty": "quantity, up to 12 decimals",
    "px": "price or level > 0",
    "rate": "fraction: 0.08, or the text 8%",
    "ratio": "multiple or weight",
    "fx": "exchange rate > 0",
    "int": "whole number",
    "units": "whole number of base units, as text",
    "day": "day: a date cell or YYYY-MM-DD",
    "instant": "instant: ISO 8601 with Z or an offset",
    "month_day": "day of the year, MM-DD",
    "clock": "time and zone, such as 17:00 UTC",
    "yn": "TRUE or FALSE",
    "num": "number",
    "json": "JSON",
}


def kinds_with_template() -> tuple[str, ...]:
    """Kinds that have a template, as a person calls them: fund for fund_workbook."""
    return tuple(kind.removesuffix("_workbook") for kind in workbook_contracts())


def write_template(kind: str, path: Path) -> Path:
    """Write the empty workbook of `kind` ('fund') to `path`: a header row a sheet with comments and drop-downs.

    Raises KeyError for a kind without a template.
    """
    contract = workbook_contracts()[f"{kind}_workbook"]
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": contract.title, "created": CREATED})
        required = book.add_format({"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF"})
        optional = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
        _write_feed_sheet(book, contract, required)
        for sheet in contract.sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 1)
            for place, (name, field) in enumerate(sheet.fields.items()):
                title = field.header or name
                page.write_string(0, place, title, required if _is_needed(field) else optional)
                page.write_comment(0, place, describe(field, contract.groups), {"x_scale": 2})
                page.set_column(place, place, min(max(len(title) + 2, COLUMN_WIDTHS[0]), COLUMN_WIDTHS[1]))
                choices = _choices(field)
                if choices and len(",".join(choices)) <= LONGEST_LIST:
                    page.data_validation(1, place, ROWS, place, {"validate": "list", "source": list(choices)})
    return path


def _write_feed_sheet(book: xlsxwriter.Workbook, contract: WorkbookContract, style: object) -> None:
    page = book.add_worksheet("Feed")
    page.set_column(0, 1, 30)
    given = {"kind": contract.kind, "contract_version": str(contract.contract_version)}
    for row, key in enumerate(FEED_KEYS):
        page.write_string(row, 0, key, style)
        page.write_string(row, 1, given.get(key, ""))


def _is_needed(field: LayoutField) -> bool:
    return (field.is_required or field.is_key) and field.default is None and field.default_form is None


def _choices(field: LayoutField) -> tuple[str, ...]:
    if field.type == "yn":
        return ("TRUE", "FALSE")
    return field.codes


def describe(field: LayoutField, groups: Collection[str] = ()) -> str:
    """What a person must know to fill in the field: form, need, bounds, reference, default. `groups` are those of sheets."""
    parts = [FORMS[field.type]]
    if field.is_key:
        parts.append("part of the row's key")
    elif field.is_required:
        parts.append("required")
    if field.must_be_positive and field.type not in ("px", "fx"):
        parts.append("> 0")
    elif field.floor == "zero":
        parts.append(">= 0")
    if field.ceiling is not None:
        parts.append(f"at most {field.ceiling}")
    if field.refers_to:
        parts.append(f"a key of {field.refers_to if field.refers_to in groups else f'sheet {field.refers_to}'}")
    if field.default or field.default_form:
        parts.append(f"empty means {field.default or field.default_form}")
    if field.identifier:
        parts.append(f"{field.identifier.upper()} with its check digit")
    if field.is_restricted:
        parts.append("restricted: masked in every output")
    if field.codes:
        parts.append(", ".join(field.codes))
    if field.shape:
        parts.append(f"shape {field.shape}")
    if field.shape_by:
        parts.append(f"of the shape that {field.shape_by} names")
    if field.about:
        parts.append(field.about)
    return "; ".join(parts)


def contract_page(contract: WorkbookContract) -> str:
    """Markdown that documents the workbook for the person who fills it."""
    lines = [
        f"# {contract.title}",
        "",
        "This page is made from the contract; `weir template` writes the empty workbook that goes with it. Sheets and columns",
        "are found by name, in any order; a sheet that you leave out states nothing. Bold fields are required.",
        "",
    ]
    for sheet in contract.sheets:
        lines += [
            f"## {sheet.name}",
            "",
            sheet.description + _hold_note(sheet),
            "",
            "| field | what it holds |",
            "|---|---|",
        ]
        for name, field in sheet.fields.items():
            title = f"`{field.header or name}`"
            shown = f"**{title}**" if _is_needed(field) else title
            lines.append(f"| {shown} | {describe(field, contract.groups).replace('|', ' or ')} |")
        rules = [f"- one of {', '.join(e.fields)} is filled, not several" for e in sheet.exclusive]
        rules += [f"- {rule.code}: {_rule(rule)}" for rule in sheet.rules]
        rules += _transitions(sheet.transitions) if sheet.transitions is not None else []
        lines += ["", *rules, ""] if rules else [""]
    return "\n".join(lines).rstrip() + "\n"


def _hold_note(sheet: Sheet) -> str:
    return " A wrong row holds the entity it is about at its last good figures." if sheet.holds else ""


def _rule(rule: RowRule) -> str:
    stated = {
        name: value
        for name, value in rule.model_dump(exclude={"code", "where", "unless_filled"}).items()
        if value is not None
    }
    ((name, value),) = stated.items()
    if name == "not_before":
        return f"{value[0]} is {value[1]} or later"
    if name == "differ":
        return f"{value[0]} differs from {value[1]}"
    if name == "total":
        return f"{value[0]} is the sum of {', '.join(value[1])}"
    if name == "required_when":
        return f"{value[0]} is filled where {value[1]} is {' or '.join(value[2])}"
    if name == "unique":
        return f"no two rows share {' and '.join(value)}"
    if name == "sums_to_zero":
        return f"{value[1]} adds up to zero over each {' and '.join(value[0])}"
    if name == "no_overlap":
        return f"rows alike in {', '.join(value[0])} do not overlap from {value[1]} to {value[2]}"
    return f"{value[1]} is TRUE exactly once for each {' and '.join(value[0])}"


def _transitions(transitions: Transitions) -> list[str]:
    lines = []
    for entity, machine in transitions.machines.items():
        steps = [f"{before} to {', '.join(following)}" for before, following in machine.legal.items()]
        steps += [
            f"{before} to {', '.join(following)} by a reversal, with its {transitions.reason}"
            for before, following in machine.by_reversal.items()
        ]
        lines.append(f"- ILLEGAL_TRANSITION: of {entity} only {'; '.join(steps)}")
    return lines


def page_path(contract: WorkbookContract) -> Path:
    return CONTRACTS / f"{contract.kind}.md"


def main() -> None:
    """Write the page of every workbook kind anew, beside its contract."""
    for contract in workbook_contracts().values():
        page_path(contract).write_text(contract_page(contract), encoding="utf-8")


if __name__ == "__main__":
    main()
