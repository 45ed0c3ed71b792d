"""Builds small CLO workbooks in the legacy layout for tests, with planted defects. What must come of them is for the tests.

Cells are a dictionary of address -> value for each sheet, so that a test changes the one cell it is about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook as NewWorkbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.workbook.defined_name import DefinedName

from ingestion.clo_workbook.reader import read_clo_workbook
from ingestion.extract import Extract
from ingestion.workbook import open_workbook

AS_OF = dt.date(2016, 3, 23)
ASSETS = "All Assets"
CLASSES = ("Class A", "Class B", "Sub Notes")
# Asset columns in the workbook's own spelling; the tests name the columns they use by these headers.
_HEADERS = (
    "BLKRockID|Issue Name|Issuer Name|ISSUER ID|Tranche|Bond/Loan|Par Amount|Maturity|Coupon Type|Payment Frequency|"
    "Coupon Spread|Libor Floor|Index|Coupon|Commitment Fee|Unfunded Amount|Facility Size|Moody's Industry|S&P Industry|"
    "Moody Asset Category|S&P Priority Category|Country |Seniority|Deferred Interest Bond|PiKing|PIK Amount|"
    "Default Obligation|Date of Defaulted|Delayed Drawdown |Revolver|Letter of Credit|Participation|DIP|Convertible|"
    "Structured Finance|Bridge Loan|Current Pay|Cov-Lite|Currency|WAL|Market Value|First Lien Last Out Loan|"
    "Moody's Rating-21|Moody's Recovery Rate-23|Moody's Default Probability Rating-18|Moody's Rating WARF|"
    "Moody Facility Rating|Moody Facility Outlook|Moody Issuer Rating|Moody Issuer outlook|"
    "Moody's Senior Secured Rating|Moody Senior Unsecured Rating|Moody Subordinate Rating|Moody's Credit Estimate|"
    "Moody's Credit Estimate Date|S&P Facility Rating|S&P Issuer Rating|S&P Senior Secured Rating|"
    "S&P Subordinated Rating|S&P Recovery Rating|Dated Date|Issue Date|First Payment Date|Amortization Type|Day Count|"
    "Index Cap|Business Day Convention|PMT EOM|Amount Issued|Credit Opinion"
)
HEADERS = tuple(_HEADERS.split("|"))
ASSET: dict[str, Any] = {
    "Issue Name": "NORTHWIND MILLS",
    "Bond/Loan": "LOAN",
    "Par Amount": 0,
    "Maturity": dt.date(2021, 9, 17),
    "Coupon Type": "FLOAT",
    "Payment Frequency": 4,
    "Coupon Spread": 0.0375,
    "Libor Floor": 0.01,
    "Coupon": 0.0475,
    "Country ": "USA",
    "Date of Defaulted": 0,
    "Cov-Lite": "No",
    "Currency": "USD",
    "WAL": 5.35,
    "Market Value": 99.292,
    "Moody's Rating-21": "B1",
    "S&P Recovery Rating": 1,
    "Issue Date": dt.date(2014, 9, 17),
    "Day Count": "ACTUAL/360",
    "PMT EOM": True,
}
FEES = ("Trustee Fee", "Admin Fee", "Base Manager Fee", "Junior Manager Fee")


def asset_cell(header: str, row: int) -> str:
    """Address on All Assets of a header's cell in a row."""
    return f"{get_column_letter(HEADERS.index(header) + 1)}{row}"


@dataclass
class Book:
    """A workbook under construction: cells by sheet and address, defined names as (scope, name, refers to)."""

    sheets: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: list[tuple[str | None, str, str]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)

    def put(self, sheet: str, address: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows of values from an address on; None leaves a cell empty."""
        letters, top = coordinate_from_string(address)
        left = column_index_from_string(letters)
        cells = self.sheets.setdefault(sheet, {})
        for r, values in enumerate(rows):
            for c, value in enumerate(values):
                if value is not None:
                    cells[f"{get_column_letter(left + c)}{top + r}"] = value

    def clear(self, sheet: str, *addresses: str) -> None:
        for address in addresses:
            del self.sheets[sheet][address]

    def name(self, scope: str | None, name: str, area: str) -> None:
        self.names.append((scope, name, area))

    def move_columns(self, sheet: str, first: str, by: int) -> None:
        """Move everything from a column on to the right, as an inserted column does."""
        start = column_index_from_string(first)
        moved = {}
        for address, value in self.sheets[sheet].items():
            letters, row = coordinate_from_string(address)
            column = column_index_from_string(letters)
            moved[f"{get_column_letter(column + by if column >= start else column)}{row}"] = value
        self.sheets[sheet] = moved

    def write(self, path: Path) -> Path:
        book = NewWorkbook()
        book.remove(book.active)
        for title, cells in self.sheets.items():
            sheet = book.create_sheet(title)
            sheet.sheet_state = "hidden" if title in self.hidden else "visible"
            for address, value in cells.items():
                sheet[address] = value
        for scope, name, refers_to in self.names:
            target = book.defined_names if scope is None else book[scope].defined_names
            target[name] = DefinedName(name, attr_text=refers_to)
        book.save(path)
        return path

    def read(self, folder: Path) -> Extract:
        return read_clo_workbook(open_workbook(self.write(folder / "book.xlsx"), "book.xlsx"))


def minimal_book(deals: Sequence[int] = (17,), ids: Sequence[str] = ("BRSAAA111", "BRSBBB222")) -> Book:
    """The least that is a CLO workbook: assets and deal sheets found by titles, no defined names."""
    book = Book()
    book.put(ASSETS, "A1", [HEADERS])
    for row, asset_id in enumerate(ids, start=2):
        put_asset(book, row, asset_id)
    for deal in deals:
        put_deal(book, f"Mag {deal} Inputs", ids)
    return book


def put_asset(book: Book, row: int, asset_id: str | None, changes: Mapping[str, Any] | None = None) -> None:
    values = {"BLKRockID": asset_id, **ASSET, **(changes or {})}
    book.put(ASSETS, f"A{row}", [[values.get(header) for header in HEADERS]])


def put_deal(book: Book, sheet: str, ids: Sequence[str], classes: Sequence[str] = CLASSES) -> None:
    """One deal sheet with every block in its usual place; fees follow the classes directly."""
    fees_at = get_column_letter(column_index_from_string("AK") + len(classes))
    titles = {
        "B": "Current Period Dates",
        "D": "Deal Collateral",
        "F": "CLO Accounts",
        "J": "LIBOR",
        "L": "Concentration Limits and Collateral Quality Test Thresholds",
        "R": "Quality Test Inputs",
        "T": "Optimization Objective Weights",
        "X": "Cashflow Inputs",
        "Z": "Payments to Sub Notes",
        "AB": "CLO Inputs",
        "AD": "Deal Dates",
        "AF": "Payment Dates",
        "AJ": "CLO Liabilities",
        fees_at: "CLO Fees",
    }
    book.put(sheet, "A2", [["Table Of Contents"], ["CLO Accounts"], ["CLO Collateral"], ["CLO Fees"]])
    for column, title in titles.items():
        book.put(sheet, f"{column}1", [["Table of Contents"], [title]])
    dates = [AS_OF, dt.date(2016, 7, 20), dt.date(2016, 4, 8), dt.date(2016, 7, 8), dt.date(2016, 4, 20)]
    labels = (
        "Analysis date",
        "Next Payment Date",
        "Beg Collection Period",
        "End Collection Period",
        "Last Payment Date",
    )
    book.put(sheet, "B3", list(zip(labels, dates, strict=True)))
    book.put(sheet, "D3", [("BLKRockID", "Par Amount"), *((asset_id, 1_000_000.5) for asset_id in ids)])
    book.put(sheet, "F3", [("Account Num", "Account Name", "Interest", "Principal"), (1, "Payment ", 0, 0)])
    book.put(sheet, "F5", [(2, "Collection", 107224.41, 68842395.08)])
    book.put(sheet, "J3", [("Original Libor Rate", 0.005418), ("Current Libor Rate", 0.005418)])
    book.put(sheet, "L3", [("Test Number", "Test Name", "Min/Max", "Threshold", "Overwrite", "Previous Values")])
    book.put(sheet, "L4", [(33, "Recovery Test", "Min", 0.455), (32, "Floating Spread Test", "Min", 0.039)])
    book.put(sheet, "R3", [("Current LIBOR", 0.005418), ("JR OC Denominator", 350_000_000)])
    book.put(
        sheet, "T3", [("Test Name", "Current Test Result", "Test Number", "Weight"), ("Recovery Test", None, 33, 1)]
    )
    book.put(sheet, "X3", [("Input", "Value"), ("A Liquidation Price", 0.96), ("Reinverstment Severity", 0.35)])
    book.put(sheet, "Z3", [("Date", "Amount"), (dt.date(2016, 3, 31), -38_750_000), (dt.date(2016, 7, 20), 0)])
    book.put(
        sheet, "AB3", [("Input", "Value"), ("Interest Diversion Test", 1.052), ("Event of Default Trigger", 1.025)]
    )
    book.put(sheet, "AB6", [("Analysis Date", AS_OF), ("Current LIBOR", 0.005418), ("Event of Default", False)])
    book.put(sheet, "AD3", [("Pricing Date", dt.date(2016, 2, 19)), ("Closing Date", dt.date(2016, 3, 31))])
    book.put(sheet, "AD9", [("Stated Maturity Date", dt.date(2028, 4, 20)), ("Payment Day", 20)])
    headers = ("Payment Date", "Interest Determination Date", "Collection Begin", "Collection End")
    book.put(sheet, "AF3", [headers, *(_payment(quarter) for quarter in range(3))])
    put_classes(book, sheet, classes)
    put_fees(book, sheet, f"{fees_at}3")


def _payment(quarter: int) -> tuple[dt.date, dt.date, dt.date, dt.date]:
    first = dt.date(2016, 7, 20) + dt.timedelta(days=91 * quarter)
    return first, first - dt.timedelta(days=93), first - dt.timedelta(days=103), first - dt.timedelta(days=12)


def put_classes(book: Book, sheet: str, classes: Sequence[str], at: str = "AJ3") -> None:
    n, equity = len(classes), [name.startswith("Sub") for name in classes]
    rows: list[tuple[Any, ...]] = [
        ("Tranche Number", *range(1, n + 1)),
        ("Tranche Name", *classes),
        ("Original Balance", *(100_000_000 * (i + 1) for i in range(n))),
        ("Price", *([1] * n)),
        ("Current Balance", *(90_000_000 * (i + 1) for i in range(n))),
        ("Defaulted/Deferred Balance", *([0] * n)),
        ("Spread", *(0 if e else 0.0155 for e in equity)),
        ("Discount Margin", *([0.02] * n)),
        ("PIKable", *("NA" if e else 0 for e in equity)),
        ("OC Test", *("NA" if e else 1.243 for e in equity)),
        ("IC Test", *("NA" if e else 1.15 for e in equity)),
        ("Day Count", *(["Actual/360"] * n)),
        ("Equity Tranche", *equity),
        ("Coupon Type", *("NA" if e else "Floating" for e in equity)),
    ]
    book.put(sheet, at, rows)


def put_fees(book: Book, sheet: str, at: str) -> None:
    headers = ("Fee Name", "Fee Type", "Unpaid Fee", "Fixed Amount", "Day Count", "Fee Percent", "Interest on Fee")
    fees = [(name, "BEGINNING", 0, 0, "Actual/360", 0.00015, False, 0) for name in FEES]
    book.put(sheet, at, [(*headers, "Interest Spread"), *fees])


def put_matrix(book: Book, ids: Sequence[str], off_diagonal: float = 0.3) -> None:
    rows = [[1.0 if i == j else off_diagonal for j in range(len(ids))] for i in range(len(ids))]
    book.put("Asset Correlation", "A1", [(None, *ids), *((i, *row) for i, row in zip(ids, rows, strict=True))])


def put_run_model(book: Book, as_of: Any = AS_OF) -> None:
    sheet = "Run Model"
    book.put(sheet, "B2", [["CLO Reinvestment Model"]])
    book.put(
        sheet, "B7", [["Deal Info"], ("Analysis Date", as_of), ("Deal to Run", "Mag 17"), ("Collateral", 2_000_001)]
    )
    book.put(sheet, "D7", [["Portfolio Rebalancing & Asset Rankings"], ("Loan Par Increment", 750_000)])
    book.put(sheet, "D9", [("Include Deal Loans", True), ("Transaction", "Buy")])
    book.put(
        sheet, "D13", [["Buy Asset Filter"], ("Operator", "Parenthesis", "Field", "Operator", "Value", "Parenthesis")]
    )
    book.put(sheet, "D15", [(None, "(", "S&P Rating", ">=", "B-"), ("and", None, "WAL", "<=", 7, ")")])
    book.put(
        sheet, "D21", [["Sale Asset Filter"], ("Operator", "Parenthesis", "Field", "Operator", "Value", "Parenthesis")]
    )
    book.put(sheet, "J7", [["Hypothetical Trading"]])
    book.put(sheet, "M8", [("Hypothetical Pool Mode", True)])
    book.put(
        sheet,
        "J10",
        [("Deal ", "Asset", "Transaction", "Par ", "Price"), ("Mag 17", "BRSAAA111", "Buy", 1_000_000, 99)],
    )
    book.put(
        sheet,
        "D30",
        [("Test Name", None, None, None, "Test Number", "Weight"), ("Recovery Test", None, None, None, 33, 1)],
    )
    book.put(sheet, "H39", [("Total", 1)])


def put_reference(book: Book) -> None:
    sheet = "Reference Table"
    titles = {"B": "Holidays", "D": "Actual LIBOR Rates", "I": "Cashflow Vectors", "L": "Sink Schedule"}
    titles |= {"O": "S&P 1 year Transition Matrix", "R": "Yield Curve", "T": "Deals"}
    for column, title in titles.items():
        book.put(sheet, f"{column}2", [[title]])
    book.put(sheet, "B3", [("Date", "Day"), (dt.date(2002, 1, 1), "Tuesday"), (dt.date(2002, 1, 21), "Monday")])
    day = dt.date(2014, 12, 16)
    book.put(sheet, "D3", [("CUSIP", "Date", "Sec Desc1", "Yield", "Source")])
    book.put(sheet, "D4", [("419891 MONTH LIBOR", day, "1 MONTH LIBOR", 0.162, "REUT")])
    book.put(sheet, "D5", [("419893 MONTH LIBOR", day, "3 MONTH LIBOR", 0.2426, "REUT")])
    book.put(sheet, "I3", [("Period", "QTR_CPR_1", "Open2"), (1, 0.2003, None), (2, 0.2168, "n/a")])
    book.put(sheet, "L3", [("CUSIP", "Date", "Amount"), ("BRSAAA111", day, 275_000), ("BRSAAA111", day, 275_000)])
    book.put(sheet, "O3", [("From/to", "AAA", "D"), ("AAA", 0.9, 0.1), ("D", 0, 1)])
    book.put(sheet, "O7", [("AAA", 0.9, 1), ("D", 0, 1)])
    book.put(sheet, "R3", [("Month", "Rate"), (1, 0.0044), (3, 0.0063)])
    book.put(sheet, "T3", [["Deal"], ["All"], ["Mag 17"]])


def records(extract: Extract, table: str) -> list[dict[str, Any]]:
    """A table's rows as dictionaries."""
    rows: list[dict[str, Any]] = extract.tables[table].to_pylist()
    return rows


def codes(extract: Extract) -> set[str]:
    return {finding.code for finding in extract.findings}


def messages(extract: Extract, code: str) -> list[str]:
    return [finding.message for finding in extract.findings if finding.code == code]


def holds(extract: Extract) -> set[tuple[str, str | None]]:
    """(code, deal) of every finding that holds a deal."""
    return {(f.code, f.entity_id) for f in extract.findings if f.severity == "critical" and f.scope == "entity"}
