"""Reading asset filters, from one text or from the rows of the control sheet. What a filter means is in filters.

Grammar, loosest first: `or`, then `and`, then `not`; `a not b` is `a and not b`, `a or not b` is `a or (not b)`. A value
stands bare or in double quotes; a bare one ends where a connective is followed by another condition, so an industry may
hold the word "and", but needs quotes for a parenthesis. Source: clo-compliance 5.7; clo-workbook 1.5, 1.7, 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pyparsing as pp

from calculations.clo.trading.filter_fields import FIELD_OF, FIELDS, folded, read_value
from calculations.clo.trading.filters import And, Comparison, Filter, FilterError, Not, Or

Side = Literal["buy", "sale"]

MAX_LENGTH = 10_000
MAX_NESTING = 100  # parentheses, and likewise `not`s; the parser calls itself once for each
_CELLS = ("logical_operator", "open_parenthesis", "field", "comparison_operator", "value_text", "close_parenthesis")


@dataclass(frozen=True)
class FilterRow:
    """One row of a filter on the control sheet, cell by cell; `row` is its row on the sheet. Names are those of the columns of
    `stg_clo__run_model_filters`.
    """

    row: int
    logical_operator: str | None = None
    open_parenthesis: str | None = None
    field: str | None = None
    comparison_operator: str | None = None
    value_text: str | None = None
    close_parenthesis: str | None = None

    @property
    def is_blank(self) -> bool:
        return not any(_cell(self, name) for name in _CELLS)


def parse_filter(text: str | None, side: Side = "buy") -> Filter | None:
    """The filter that a text states; None where it is blank, which lets everything pass.

    Raises FilterError with the side, the position (from 1), what was expected and what was found.
    """
    if text is None or not text.strip():
        return None
    return _parse(text, lambda position: f"{side} filter, position {position + 1}")


def parse_filter_rows(rows: Iterable[FilterRow], side: Side = "buy") -> Filter | None:
    """The filter that rows of the control sheet state, in order; blank rows are passed over, none at all is None.

    Raises FilterError with the side, the row, the position inside the text that the rows make, and what was wrong.
    """
    stated = [row for row in rows if not row.is_blank]
    text, starts = "", []
    for place, row in enumerate(stated):
        _check_row(row, side, is_first=place == 0)
        starts.append(len(text))
        text += _row_text(row) + " "

    def where(position: int) -> str:
        row = max((place for place, start in enumerate(starts) if start <= position), default=0)
        return f"{side} filter, row {stated[row].row}, position {position + 1} of {text.strip()!r}"

    return _parse(text, where) if stated else None


def _check_row(row: FilterRow, side: Side, *, is_first: bool) -> None:
    where = f"{side} filter, row {row.row}"
    for name in ("field", "comparison_operator", "value_text"):
        if not _cell(row, name):
            raise FilterError(f"{where}, {name.replace('_', ' ')}", f"a {name.replace('_', ' ')}", "a blank cell")
    joined = " ".join(_cell(row, "logical_operator").lower().split())
    allowed = ("", "not") if is_first else ("and", "or", "not", "and not", "or not")
    if joined not in allowed:
        wanted = "no logical operator, or not" if is_first else ", ".join(allowed)
        raise FilterError(f"{where}, logical operator", wanted, repr(joined) if joined else "a blank cell")
    for name, sign in (("open_parenthesis", "("), ("close_parenthesis", ")")):
        if _cell(row, name).replace(" ", "").strip(sign):
            raise FilterError(f"{where}, {name.replace('_', ' ')}", f"only {sign}", repr(_cell(row, name)))


def _row_text(row: FilterRow) -> str:
    value = _cell(row, "value_text").replace('"', '""')
    before = f"{_cell(row, 'logical_operator')} {_cell(row, 'open_parenthesis')}".strip()
    condition = f'{_cell(row, "field")} {_cell(row, "comparison_operator")} "{value}"{_cell(row, "close_parenthesis")}'
    return f"{before} {condition}".strip()


def _cell(row: FilterRow, name: str) -> str:
    return (getattr(row, name) or "").strip()


def _parse(text: str, where: Callable[[int], str]) -> Filter:
    if len(text) > MAX_LENGTH:
        raise FilterError(where(0), f"at most {MAX_LENGTH} characters", str(len(text)))
    for what, count in (("parentheses", text.count("(")), ("nots", len(re.findall(r"\bnot\b", text, re.IGNORECASE)))):
        if count > MAX_NESTING:
            raise FilterError(where(0), f"at most {MAX_NESTING} {what}", str(count))
    try:
        return _grammar().parse_string(text, parse_all=True)[0]
    except pp.ParseBaseException as error:
        expected = error.msg.removeprefix("Expected ").rstrip(",")
        rest = text[error.loc :].strip()
        found = repr(rest[:30]) if rest else "the end of the filter"
        raise FilterError(where(error.loc), expected, found) from None


@cache
def _grammar() -> pp.ParserElement:
    names = sorted(FIELD_OF, key=len, reverse=True)
    # Inner runs of spaces and either apostrophe are the same name.
    patterns = [re.escape(name).replace(r"\ ", r"\s+").replace("'", "['’]") for name in names]
    condition_start = rf"(?:{'|'.join(patterns)})\s*(?:!=|<=|>=|=|<|>)"
    connective = rf"\b(?:and|or|not)\b[\s(]*(?:not\b[\s(]*)*{condition_start}"
    name = pp.Regex(rf"(?:{'|'.join(patterns)})(?![\w'’])", re.IGNORECASE)
    name.set_name(f"a condition on one of: {', '.join(field.name for field in FIELDS)}")
    operator = pp.one_of("!= <= >= = < >").set_name("one of = != < > <= >=")
    quoted = pp.Regex(r'"(?:[^"]|"")*"')
    quoted.set_parse_action(lambda _, start, found: [(start, found[0][1:-1].replace('""', '"').strip())])
    bare = pp.Regex(rf"(?:(?!{connective})[^()\"=<>!])+", re.IGNORECASE)
    bare.set_parse_action(lambda _, start, found: [(start, found[0].strip())])
    value = (quoted | bare).set_name("a value")
    condition = (name + operator - value).set_parse_action(_comparison)

    either = pp.Forward()
    joined_not, joined_and, joined_or = (pp.CaselessKeyword(word) for word in ("not", "and", "or"))
    bracketed = pp.Suppress("(") - either - pp.Suppress(pp.Literal(")").set_name("a closing parenthesis"))
    primary = (bracketed | condition).set_name(name.name)
    negated = (pp.ZeroOrMore(joined_not) + primary).set_parse_action(_negation)
    also_not = (pp.OneOrMore(joined_not) - primary).set_parse_action(_negation)
    both = negated + pp.ZeroOrMore((pp.Suppress(joined_and) - negated) | also_not)
    both.set_parse_action(lambda found: _joined(And, found))
    either <<= both + pp.ZeroOrMore(pp.Suppress(joined_or) - both)
    either.set_parse_action(lambda found: _joined(Or, found))
    return either + pp.StringEnd().set_name("and, or, not, or the end of the filter")


def _comparison(text: str, location: int, found: pp.ParseResults) -> Comparison:
    field, (start, stated) = FIELD_OF[folded(found[0])], found[2]
    value = read_value(field, stated)
    if value is None:
        raise pp.ParseFatalException(text, start, f"Expected {field.name} to be {field.expected}")
    try:
        return Comparison(field, found[1], value)
    except ValueError:
        raise pp.ParseFatalException(text, location, f"Expected = or != with {field.name} {stated}") from None


def _negation(found: pp.ParseResults) -> Filter:
    node: Filter = found[-1]
    for _ in range(len(found) - 1):
        node = Not(node)
    return node


def _joined(kind: type[And] | type[Or], found: pp.ParseResults) -> Filter:
    return found[0] if len(found) == 1 else kind(tuple(found))
