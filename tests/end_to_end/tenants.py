"""Three organisations that share every id and most names, and tell them apart by markers alone. Source: input-contracts 2.3, 2.5, 2.8.

Each organisation's marker stands in its names, file names and feeds; its secret stands in every restricted field, in sound rows
and in rows that are refused. What Weir makes of them belongs in the tests.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from tests.end_to_end.fund_story import FUNDS, HEADERS, Story
from tests.ingestion.clo_workbook_builder import AS_OF, Book, minimal_book, put_asset

D = dt.date
NAV_DAY, DEAL_DAY = D(2026, 3, 10), AS_OF
CASH, SHARES = 1000, 100


@dataclass(frozen=True)
class Tenant:
    """One organisation; `number` makes its amounts and its numbers of rows its own."""

    organization_id: str
    number: int

    @property
    def marker(self) -> str:
        return f"QZ{self.organization_id}QZ"

    @property
    def secret(self) -> str:
        return f"XK{self.organization_id}XK"

    def write(self, inbox: Path) -> None:
        """Everything that the organisation sends."""
        folder = inbox / self.organization_id
        # A feed of its own name, in a file of its own name.
        feed = f"organization_id: {self.organization_id}\norganization_name: {self.marker} House\nfeed_name: {self.marker}\n"
        _write_book(folder / f"{self.marker}_fund.xlsx", self.fund_sheets(), f"{feed}as_of: 2025-01-25\n")
        self.clo_book().write(folder / f"{self.marker}_deal.xlsx")
        (folder / f"{self.marker}_deal.xlsx.feed.yaml").write_text(f"{feed}as_of: {DEAL_DAY}\n")
        _write_book(folder / f"{self.marker}_nav.xlsx", self.nav_sheets(), f"{feed}as_of: {NAV_DAY}\n")
        _write(folder / f"{self.marker}_prices.csv", self.prices(), f"{feed}kind: price_feed\nas_of: {NAV_DAY}\n")
        _write(folder / f"{self.marker}_bank.csv", self.bank_statement(), f"{feed}as_of: 2020-02-03\n")
        _write(folder / f"{self.marker}_portal.json", self.portal_export(), f"{feed}as_of: 2025-01-25\n")
        _write(folder / f"{self.marker}_holidays.csv", self.holidays(), f"{feed}kind: holidays\nas_of: 2025-01-25\n")
        (folder / f"{self.marker}_unreadable.csv").write_text(f"{self.marker},{self.secret}\n1,2\n")

    def fund_sheets(self) -> dict[str, list[Sequence[Any]]]:
        told = Story(investor_name=f"{self.marker} Mutual", valued=8_000_000 + 100_000 * self.number).sheets()
        sheets: dict[str, list[Sequence[Any]]] = {name: [HEADERS[name], *rows] for name, rows in told.items()}
        sheets["Funds"] = [
            (*HEADERS["Funds"], "fund_manager"),
            *((fund, f"{self.marker} {name}", *more, f"{self.marker} Manager") for fund, name, *more in told["Funds"]),
        ]
        address = json.dumps({"line1": f"{self.secret} Street", "city": self.secret, "country": "US"})
        personal = (
            *(f"{self.secret}-TAX", f"{self.secret}@house.example", f"{self.secret} phone", f"{self.secret} contact"),
            address,
        )
        sheets["Investors"] = [
            (*HEADERS["Investors"], "tax_id", "email", "phone", "contact_name", "address"),
            *((*row, *personal) for row in told["Investors"]),
            # Refused for their status, for an address that is no JSON, and for one that has another shape.
            *(
                (f"B{n}", f"{self.marker} Bad", "TRUST", status, *personal[:4], place)
                for n, (status, place) in enumerate(
                    (
                        ("MAYBE", address),
                        ("APPROVED", f"{self.secret} Street"),
                        ("APPROVED", json.dumps({self.secret: 1})),
                        ("APPROVED", json.dumps({"line1": "x", "country": self.secret})),
                    )
                )
            ),
            # Refused as one key stated twice.
            *(("B9", f"{self.marker} {n}", "TRUST", "APPROVED", *personal) for n in range(2)),
        ]
        sheets["Investor Banking"] = [
            (
                *(
                    "banking_id",
                    "investor_id",
                    "currency",
                    "bank_name",
                    "account_number",
                    "routing_number",
                    "swift_code",
                ),
                *("iban", "is_primary"),
            ),
            *(
                (
                    *(f"K{n}", f"I{n}", "USD", f"{self.secret} Bank", f"{self.secret}-ACC{n}", f"{self.secret}-R"),
                    *(f"{self.secret}-SW", f"{self.secret}-IBAN{n}", True),
                )
                for n in (1, 2)
            ),
            ("K9", "NOBODY", "USD", self.secret, self.secret, self.secret, self.secret, self.secret, True),
            ("K8", "I1", "EUR", self.secret, self.secret * 40, self.secret, self.secret, self.secret, True),
        ]
        call = f"{FUNDS[0]}-CALL1"
        sheets["Payments"] = [
            (
                *("payment_id", "direction", "notice_id", "amount", "currency", "value_date", "method", "status"),
                *("bank_reference", "payer_account"),
            ),
            (
                *("P1", "RECEIVED", f"{call}-N1", 2_000_000, "USD", D(2020, 2, 3), "WIRE", "PAID", "REF1"),
                f"{self.secret}-ACC1",
            ),
        ]
        # As many more investments as the organisation's number: counts differ too.
        sheets["Investments"] += [
            (f"F1-Y{n}", "F1", f"{self.marker} Mills", D(2020, 3, 10), 1000, "EQUITY", "ACTIVE")
            for n in range(self.number)
        ]
        return sheets

    def clo_book(self) -> Book:
        """A deal and assets of the same ids as everybody's, and one asset more for each number."""
        ids = [f"BRS{letter * 3}111" for letter in "ABCDE"[: 2 + self.number]]
        book = minimal_book((17,), ids)
        for row, asset_id in enumerate(ids, start=2):
            names = {header: f"{self.marker} {header}" for header in ("Issue Name", "Issuer Name", "Credit Opinion")}
            put_asset(book, row, asset_id, {**names, "ISSUER ID": "ISSUER1", "Par Amount": 1_000_000 * self.number})
        return book

    def nav_sheets(self) -> dict[str, list[Sequence[Any]]]:
        product = {
            "project_id": "P",
            "status": "ACTIVE",
            "currency": "USD",
            "measurement_basis": "FAIR_VALUE",
            "nav_dp": 4,
        }
        holding = {"product_id": "X", "as_of_date": NAV_DAY, "currency": "USD", "source": "CUSTODIAN"}
        instrument = {"currency": "USD", "quote_basis": "PER_UNIT"}
        return {
            "Projects": _table(
                {"project_id": "P", "project_name": f"{self.marker} Project", "currency": "USD", "tax_id": f"{self.secret}-P"}
            ),
            "Fund Products": _table(
                {"product_id": "X", "product_name": f"{self.marker} X", "subtype": "MUTUAL", "shares_outstanding": SHARES} | product
            ),
            "Instruments": _table(
                {"instrument_id": "SHARE", "name": f"{self.marker} Share", "instrument_type": "EQUITY"} | instrument,
                {"instrument_id": "CASH-USD", "name": "Cash", "instrument_type": "CASH"} | instrument,
            ),
            "Holdings": _table(
                {"instrument_id": "SHARE", "quantity": 10 * self.number, "holding_type": "EQUITY"} | holding,
                {"instrument_id": "CASH-USD", "quantity": CASH, "holding_type": "CASH"} | holding,
            ),
        }  # fmt: skip

    @property
    def price(self) -> int:
        return 20 + self.number

    def prices(self) -> str:
        return (
            "instrument_id,price_type,as_of,source,price,currency\n"
            f"SHARE,CLOSE,{NAV_DAY}T16:00:00Z,EXCHANGE,{self.price},USD\n"
        )

    def bank_statement(self) -> str:
        other = f"{self.secret} payer,{self.secret}-OTHER,{self.secret} remits"
        return (
            "account_id,entry_id,booked_date,value_date,amount,currency,reference,bank_reference,"
            "counterparty,counterparty_account,remittance\n"
            f"{self.secret}-OWN,E1,2020-02-03,2020-02-03,2000000.00,USD,,REF1,{other}\n"
            f"{self.secret}-OWN,E2,2020-02-03,2020-02-03,{self.number}.00,USD,{self.marker},REF2,{other}\n"
            f"{self.secret}-OWN,E3,2020-02-03,2020-02-03,fifty,USD,,REF3,{other}\n"
        )

    def portal_export(self) -> str:
        return json.dumps(
            {
                "portal": "alts",
                "exported_at": "2025-01-25T06:00:00Z",
                "fund": {"id": "F1", "name": f"{self.marker} Fund F1"},
                "investors": [
                    {
                        "id": f"PI{n}",
                        "legalName": f"{self.marker} Mutual",
                        "type": kind,
                        "taxId": f"{self.secret}-TAX{n}",
                        "domicile": "US",
                        "kyc": {"status": "APPROVED", "date": "2024-01-05"},
                        "commitments": [
                            {
                                "id": f"S{n}",
                                "amount": 6_000_000,
                                "currency": "USD",
                                "date": "2020-01-15",
                                "status": "ACCEPTED",
                            }
                        ],
                        "documents": [],
                    }
                    for n, kind in ((1, "INSTITUTION"), (2, "NONSENSE"))
                ],
            }
        )

    def holidays(self) -> str:
        return f"calendar,holiday_date,name\nUS,{self.own_holiday},{self.marker} Day\n"

    @property
    def own_holiday(self) -> dt.date:
        return D(2025, 3, 3 + self.number)


TENANTS = (Tenant("alder", 1), Tenant("birch", 2), Tenant("cedar", 3))


def _table(*rows: Mapping[str, Any]) -> list[Sequence[Any]]:
    return [tuple(rows[0]), *(tuple(row.values()) for row in rows)]


def _write(path: Path, text: str, feed: str) -> None:
    path.write_text(text)
    path.with_name(f"{path.name}.feed.yaml").write_text(feed)


def _write_book(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], feed: str) -> None:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    path.with_name(f"{path.name}.feed.yaml").write_text(feed)
