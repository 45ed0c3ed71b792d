"""Reads one Form N-PORT filing: its fund and totals, its holdings, and what a person should know of them. Types and rules are elsewhere's.

Source: input-contracts 5.5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pyarrow.compute as pc

from ingestion.column import Fault
from ingestion.extract import Extract, Finding, Scope, Severity
from ingestion.identifiers import is_cusip, is_isin, is_lei
from ingestion.nport.elements import NPORT, filing_contract, stated, units_of
from ingestion.reasons import advice_for, reason
from ingestion.tabular import staged, type_units
from ingestion.units import WHOLE_ROW, Source, Units
from ingestion.values import NULL_TEXTS
from ingestion.xml_events import Element, has_leading_white_space, walk

HOLDINGS = "formData/invstOrSecs/invstOrSec"
IDENTIFIERS = ("cusip", "isin", "other_identifier")  # the first that is stated names the instrument

_ACCESSION = re.compile(r"(?<!\d)\d{10}-\d{2}-\d{6}(?!\d)", re.ASCII)
_CHECKS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("registrant_lei", "LEI", is_lei),
    ("series_lei", "LEI", is_lei),
    ("issuer_lei", "LEI", is_lei),
    ("cusip", "CUSIP", is_cusip),
    ("isin", "ISIN", is_isin),
)


def read_nport(data: bytes, source: Source, sha256: str) -> Extract:
    """Read the filing `data`, whose bytes have the hash `sha256`. Raises FileRejected: BAD_XML, BAD_ENCODING, TOO_LARGE.

    `nport_filings` has one row; `nport_holdings` one row per holding, numbered from 1 in the filing's order. `_row` is
    the line at which the element begins. Money is in US dollars as stated, shares and rates are fractions. `as_of` is
    the day reported on, None while the filing does not state it.
    """
    holdings: list[Element] = []
    filing = walk(data, HOLDINGS, holdings.append, source.name)
    product_id = _product_id(filing)
    header = _read_filing(filing, product_id, len(holdings), source)
    units = _read_holdings(holdings, product_id, header, source, sha256)
    tables = {part.table.name: staged(part) for part in (header, units)}
    findings = [*header.findings, *units.findings, *_about_identifiers(header), *_about_identifiers(units)]
    if has_leading_white_space(data):
        findings.insert(0, _finding(source, "LEADING_WHITESPACE", 1, "'<' first", "white space before it, passed over"))
    if product_id and not holdings:
        findings.append(
            _finding(source, "HOLDINGS_PRESENT", filing.line, "at least one invstOrSec", "none", product_id=product_id)
        )
    findings.extend(_holds(header, units, product_id))
    return Extract(
        kind=NPORT,
        as_of=pc.max(tables[header.table.name].column("report_date")).as_py(),
        tables=tables,
        findings=tuple(findings),
        rejected=(*header.rejected(), *units.rejected()),
        row_counts=tuple(part.row_count(tables[part.table.name].num_rows) for part in (header, units)),
    )


def _text(element: Element, layout: str, name: str) -> str:
    text = stated(element, filing_contract().layout(layout), name)
    return "" if text in NULL_TEXTS else text


def _product_id(filing: Element) -> str:
    """`NPORT-<series>`; a registrant without series, such as a unit investment trust, is its own: `NPORT-<CIK>`."""
    name = _text(filing, "filing", "series_id") or _text(filing, "filing", "registrant_cik")
    return f"NPORT-{name}" if name else ""


def _read_filing(filing: Element, product_id: str, holding_count: int, source: Source) -> Units:
    made = {"product_id": [product_id], "holding_count": [str(holding_count)]}
    units = units_of([filing], filing_contract().layout("filing"), made, source)
    type_units(units)
    return units


def _read_holdings(holdings: Sequence[Element], product_id: str, header: Units, source: Source, sha256: str) -> Units:
    accession = _ACCESSION.search(source.name)
    origin = accession.group() if accession else sha256
    days = header.columns["report_date"].to_pylist()
    made = {
        "product_id": [product_id] * len(holdings),
        "holding_number": [str(number) for number in range(1, len(holdings) + 1)],
        "report_date": [str(days[0] or "")] * len(holdings),
        "instrument_id": [_instrument_id(holding, origin, n) for n, holding in enumerate(holdings, start=1)],
    }
    units = units_of(holdings, filing_contract().layout("holding"), made, source)
    type_units(units)
    if not header.is_sound().all():
        line = header.line(0)
        fault = Fault("PARENT_QUARANTINED", "of a sound filing", f"its filing's row {line} quarantined", is_quote=False)
        # What the filing lacks is said once, there; a holding repeats none of it.
        for unit in range(units.count):
            units.faults.pop((unit, "product_id"), None)
            units.faults.pop((unit, "report_date"), None)
            units.faults[unit, WHOLE_ROW] = fault
    return units


def _instrument_id(holding: Element, origin: str, number: int) -> str:
    """The first identifier stated; else where the holding stands in which filing. Source: input-contracts 5.5."""
    for name in IDENTIFIERS:
        text = _text(holding, "holding", name)
        # Filers write zeros where a security has no number; taken as one, it would make all those securities one.
        if text.strip("0"):
            return text
    return f"{origin}-{number}"


def _about_identifiers(units: Units) -> list[Finding]:
    """Note each column in which check digits are wrong; the rows are kept. Source: input-contracts 1.3."""
    findings = []
    for name, title, is_right in _CHECKS:
        if name not in units.columns:
            continue
        texts = units.columns[name].to_pylist()
        wrong = [unit for unit, text in enumerate(texts) if text is not None and not is_right(text)]
        if wrong:
            found = f"{len(wrong)} with a wrong one, the first {texts[wrong[0]]!r}"
            expected = f"{title}s with their check digit"
            findings.append(_finding(units.source, "BAD_IDENTIFIER", units.line(wrong[0]), expected, found))
    return findings


def _holds(header: Units, units: Units, product_id: str) -> list[Finding]:
    """Hold the fund while a row of its filing is quarantined, because its totals would be wrong without it."""
    if not product_id:
        return []
    for part in (header, units):
        if part.faults:
            (unit, _), fault = min(part.faults.items())
            expected = f"every row about product {product_id} to be sound"
            found = "a quarantined one, so that it keeps its last good figures"
            return [_finding(part.source, fault.code, part.line(unit), expected, found, product_id=product_id)]
    return []


def _finding(source: Source, code: str, line: int, expected: str, found: str, product_id: str | None = None) -> Finding:
    """A note on a line; with `product_id`, what holds that fund."""
    return Finding(
        code=code,
        severity=Severity.CRITICAL if product_id else reason(code).severity,
        scope=Scope.ENTITY if product_id else Scope.FEED,
        message=f"{source.name}, line {line}: expected {expected}, found {found} ({code})",
        sheet="",
        row=line,
        expected=expected,
        found=found,
        advice=advice_for(code),
        entity_type="product" if product_id else None,
        entity_id=product_id,
    )
