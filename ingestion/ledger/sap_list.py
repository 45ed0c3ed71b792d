"""Reads lists of line items by account as SAP puts them out (FBL3N), with a tab or a bar between cells, and proves their subtotals. Tables are not its.

Subtotals are marked by stars: each sums what stands above it since the last one of its level. Source: fund-admin 5.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ingestion.delimited import first_rows, normal_form
from ingestion.extract import Extract, FileRejected
from ingestion.ledger.canonical import EXACT_DIGITS, Account, JournalLine, control_total
from ingestion.ledger.journal_file import JournalFile, extract_of_file
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.sap_list_forms import DecimalMark, find_decimal_mark, read_list_amount, read_list_day
from ingestion.ledger.sap_values import GL_SYSTEM, SAP, posting_key_sides
from ingestion.ledger.table_rows import TableRow

HEADERS = ("G/L Account", "Document Number", "Posting Date", "Amount in local currency")
ACCOUNT, NUMBER, DAY, AMOUNT = HEADERS
CURRENCY = "Local Currency"
KEY = "Posting Key"
_DELIMITERS = ("\t", "|")
LEVELS = range(1, 10)
_STARS = re.compile(r"^\*{1,9}$")
_COMPANY = re.compile(r"^company\s*code\W*(?P<code>\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class ListText:
    """The list cut up: its items and its subtotals with their number of stars, in order, and where other lines went."""

    header_line: int
    company: str | None
    rows: tuple[tuple[int, TableRow], ...]  # 0 stars: an item
    lines_in_range: int
    lines_comment: int  # subtotals, and headings and rules of pages
    lines_blank: int


def is_line_item_list(text: str) -> bool:
    """Whether the text has the header of such a list."""
    return _header(text) is not None


def read_line_item_list(source: LedgerSource) -> Extract:
    """Every item of the list; its amounts are in the company's currency, the only one that the layout states.

    Raises FileRejected: MISSING_VALUE where no company or no currency is named or the decimal mark cannot be told,
    CONTROL_TOTAL naming line and column where a cell cannot be read, a subtotal differs from its items or is missing.
    """
    with localcontext(prec=EXACT_DIGITS):
        cut = _cut(source)
        entity = source.entity or cut.company or source.declared_entity()
        texts = [text for _, row in cut.rows if (text := row.text(AMOUNT)) is not None]
        mark = find_decimal_mark(texts, source.name, source.decimal_mark)
        proof = _SubtotalProof(source.name)
        lines: list[JournalLine] = []
        for stars, row in cut.rows:
            if stars:
                proof.prove(row, stars, _amount(row, mark), _currency(row, source))
                continue
            line = _line(row, mark, source)
            proof.add(line)
            lines.append(line)
        proof.end()
        return extract_of_file(
            JournalFile(
                name=source.name,
                kind=SAP,
                gl_system=GL_SYSTEM,
                report_name="Line items by account",
                header_row=cut.header_line,
                lines=[(entity, line) for line in lines],
                lines_in_range=cut.lines_in_range,
                lines_comment=cut.lines_comment,
                lines_blank=cut.lines_blank,
            )
        )


def _header(text: str) -> tuple[int, str, tuple[str, ...]] | None:
    wanted = {normal_form(column) for column in HEADERS}
    for delimiter in _DELIMITERS:
        for line, cells in first_rows(text, delimiter):
            if wanted <= {normal_form(cell) for cell in cells}:
                return line, delimiter, cells
    return None


def _cut(source: LedgerSource) -> ListText:
    header = _header(source.text)
    assert header is not None, "called for a text that has the header"
    header_line, delimiter, headers = header
    places = {normal_form(cell): place for place, cell in enumerate(headers) if cell.strip()}
    lines = source.text.removesuffix("\n").split("\n")
    company = next((m["code"] for line in lines[: header_line - 1] if (m := _COMPANY.match(line.strip("|\t ")))), None)
    rows: list[tuple[int, TableRow]] = []
    blank = comments = 0
    for number, line in enumerate(lines[header_line:], start=header_line + 1):
        cells = [cell.strip().strip('"') for cell in line.split(delimiter)]
        row = TableRow(source.name, number, [*cells, *[""] * (len(headers) - len(cells))], places)
        stars = next((len(cell) for cell in cells if _STARS.match(cell)), 0)
        if not any(cells):
            blank += 1
        elif stars:
            comments += 1
            rows.append((stars, row))
        elif set("".join(cells)) <= {"-"} or _is_heading(row):
            comments += 1
        else:
            if len(cells) > len(headers) and any(cells[len(headers) :]):
                raise control_total(
                    f"{source.name}, line {number}: a row must have at most {len(headers)} cells, as the header has, "
                    f"found {len(cells)}"
                )
            rows.append((0, row))
    return ListText(header_line, company, tuple(rows), len(lines) - header_line, comments, blank)


def _is_heading(row: TableRow) -> bool:
    """Whether the row repeats the header, as each page does, or names the account or company of a page."""
    if normal_form(row.text(AMOUNT) or "") == normal_form(AMOUNT):
        return True
    return not any(row.text(column) for column in (NUMBER, DAY, AMOUNT))


def _line(row: TableRow, mark: DecimalMark, source: LedgerSource) -> JournalLine:
    day = read_list_day(row.needed(DAY))
    if day is None:
        raise row.refusal(DAY, "a day such as 31.12.2024", row.text(DAY))
    amount, currency = _amount(row, mark), _currency(row, source)
    posting_key, account_code = row.text(KEY), row.needed(ACCOUNT)
    expected = posting_key_sides().get((posting_key or "").zfill(2))
    if expected is not None and amount and (expected == "S") != (amount > 0):
        side = "a debit" if expected == "S" else "a credit, which has a minus"
        raise row.refusal(AMOUNT, f"{side}, as posting key {posting_key} says", row.text(AMOUNT))
    number = row.needed(NUMBER)
    return JournalLine(
        row=row.line,
        # The list leaves out the fiscal year; numbers may return in another one.
        journal_id=f"{day.year}:{number}",
        posting_date=day,
        account=Account(account_code, account_code, account_code, None),
        amount=amount,
        stated_amount=amount,
        is_debit_account=expected != "H",
        transaction_type=row.text("Document Type") or row.text("Type"),
        document_number=number,
        memo=row.text("Text"),
        currency=currency,
    )


def _amount(row: TableRow, mark: DecimalMark) -> Decimal:
    amount = read_list_amount(row.needed(AMOUNT), mark)
    if amount is None:
        form = "1.234,50-" if mark == "," else "1,234.50-"
        raise row.refusal(AMOUNT, f"an amount such as {form}", row.text(AMOUNT))
    return amount


def _currency(row: TableRow, source: LedgerSource) -> str:
    currency = row.text(CURRENCY) or source.currency
    if currency is None:
        raise FileRejected(
            "MISSING_VALUE",
            f"{source.name}, line {row.line}: {CURRENCY} must be filled, or declared as `currency: <code>` in the sidecar "
            f"{source.name}.feed.yaml, found neither (MISSING_VALUE)",
        )
    return currency.upper()


class _SubtotalProof:
    """Sums of the items above, by number of stars and currency, since the last subtotal of that level."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._last: JournalLine | None = None
        self._sums: dict[int, dict[str | None, Decimal]] = {level: defaultdict(Decimal) for level in LEVELS}
        self._used: set[int] = set()  # levels met

    def add(self, line: JournalLine) -> None:
        """Take an item in on every level, those that are yet to come too."""
        self._last = line
        for level in LEVELS:
            self._sums[level][line.currency] += line.amount

    def prove(self, row: TableRow, stars: int, found: Decimal, currency: str) -> None:
        """A subtotal must be the sum of the items above it since the last one of its level and currency."""
        expected = self._sums[stars].pop(currency, Decimal(0))
        if found != expected:
            raise row.refusal(
                AMOUNT, f"{expected:,f} {currency}, the sum of the items above {'*' * stars}", row.text(AMOUNT)
            )
        self._used.add(stars)

    def end(self) -> None:
        """Items below the last subtotal of a level show that the list broke off."""
        for level in sorted(self._used):
            for currency, amount in self._sums[level].items():
                assert self._last is not None, "sums are of items"
                raise control_total(
                    f"{self._file}, line {self._last.row}: a subtotal {'*' * level} of {amount:,f} {currency} must follow "
                    f"the last items, found the end"
                )


LAYOUT = LedgerLayout(
    "line item list of SAP (FBL3N)", SAP, is_line_item_list, read_line_item_list, ("utf-16", "cp1252")
)
