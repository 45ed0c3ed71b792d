"""A fund told by successive workbooks, small enough to reckon by hand. Source: input-contracts 6, the three fund workbooks.

What Weir makes of them belongs in the tests.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openpyxl import Workbook

D = dt.date
K1, K2, K3 = (dt.datetime(2024, 10, 20, 9), dt.datetime(2025, 1, 25, 9), dt.datetime(2025, 4, 22, 9))
MEASURED = D(2022, 12, 31)

HEADERS: Mapping[str, Sequence[str]] = {
    "Funds": ("fund_id", "fund_name", "fund_type", "base_currency", "inception_date", "fund_size", "fund_status"),
    "Investors": ("investor_id", "investor_name", "investor_type", "kyc_status"),
    "Commitments": (
        *("commitment_id", "fund_id", "investor_id", "commitment_amount", "commitment_date"),
        *("commitment_type", "status"),
    ),
    "Capital Calls": (
        *("call_id", "fund_id", "call_number", "call_date", "due_date", "call_purpose", "total_call_amount"),
        "call_status",
    ),
    "Capital Call Notices": (
        "notice_id",
        "call_id",
        "commitment_id",
        "call_amount",
        "investment_portion",
        "notice_status",
    ),
    "Defaults": ("default_id", "notice_id", "default_date", "remedy"),
    "Distributions": (
        *("distribution_id", "fund_id", "distribution_number", "distribution_date", "distribution_type"),
        *("total_distribution_amount", "distribution_status"),
    ),
    "Distribution Notices": (
        *("notice_id", "distribution_id", "commitment_id", "gross_distribution", "tax_withholding"),
        *("net_distribution", "notice_status"),
    ),
    "Investments": (
        *("investment_id", "fund_id", "portfolio_company", "investment_date", "investment_amount"),
        *("investment_type", "investment_status"),
    ),
    "Valuations": (
        "valuation_id",
        "investment_id",
        "valuation_date",
        "fair_value",
        "remaining_cost",
        "valuation_method",
    ),
}
FUNDS = ("F1", "F2")
CALLS = ((D(2020, 2, 3), 4_000_000), (D(2021, 5, 10), 3_000_000))
DISTRIBUTION = (D(2022, 6, 30), 1_500_000)
TAX = 25_000
DEFAULTING, DEFAULT_DATE = (
    "F2",
    D(2021, 6, 15),
)  # its first partner pays nothing of the second call, the other covers it


@dataclass(frozen=True)
class Story:
    """One workbook's telling of it; `moved` is what the notice of 2021 shifts from one investor to the other."""

    investor_name: str = "Harbour Mutual"
    has_third_commitment: bool = True
    moved: int = 0
    valued: int = 8_000_000
    first_notice: Any = 2_000_000  # of fund F1

    def sheets(self) -> dict[str, list[tuple[Any, ...]]]:
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in HEADERS}
        rows["Investors"] = [
            ("I1", self.investor_name, "INSTITUTION", "APPROVED"),
            ("I2", "Ridge Endowment", "ENDOWMENT", "APPROVED"),
        ]
        for fund in FUNDS:
            rows["Funds"].append((fund, f"Fund {fund}", "PE", "USD", D(2020, 1, 15), 20_000_000, "INVESTING"))
            rows["Commitments"] += [
                (f"{fund}-C{n}", fund, f"I{n}", 6_000_000, D(2020, 1, 15), "INITIAL", "ACTIVE") for n in (1, 2)
            ]
            if self.has_third_commitment and fund == "F1":
                rows["Commitments"].append(("F1-C3", "F1", "I2", 500_000, D(2024, 8, 12), "ADDITIONAL", "ACTIVE"))
            for number, (day, total) in enumerate(CALLS, start=1):
                call = f"{fund}-CALL{number}"
                rows["Capital Calls"].append((call, fund, number, day, day, "INVESTMENT", total, "SETTLED"))
                halves = [total // 2, total // 2]
                if number == 2:
                    halves = [halves[0] - self.moved, halves[1] + self.moved]
                elif fund == "F1":
                    halves[0] = self.first_notice
                rows["Capital Call Notices"] += [
                    (f"{call}-N{n}", call, f"{fund}-C{n}", amount, amount, "PENDING")
                    for n, amount in enumerate(halves, start=1)
                ]
            if fund == DEFAULTING:
                rows["Defaults"].append((f"{fund}-X1", f"{fund}-CALL2-N1", DEFAULT_DATE, "COVER_BY_OTHERS"))
            paid, total = DISTRIBUTION
            rows["Distributions"].append((f"{fund}-D1", fund, 1, paid, "INCOME", total, "PAID"))
            half = total // 2
            rows["Distribution Notices"] += [
                (f"{fund}-D1-N{n}", f"{fund}-D1", f"{fund}-C{n}", half, tax, half - tax, "PENDING")
                for n, tax in ((1, TAX), (2, 0))
            ]
            rows["Investments"].append(
                (f"{fund}-X", fund, "Weaver Mills", D(2020, 2, 10), 6_500_000, "EQUITY", "ACTIVE")
            )
            rows["Valuations"] += [
                (f"{fund}-V1", f"{fund}-X", D(2021, 12, 31), 7_200_000, 6_500_000, "MULTIPLE"),
                (f"{fund}-V2", f"{fund}-X", MEASURED, self.valued, 6_500_000, "MULTIPLE"),
            ]
        return rows

    def write(self, path: Path, feed: Mapping[str, Any]) -> None:
        """The workbook with its sidecar."""
        book = Workbook()
        assert book.active is not None
        book.remove(book.active)
        for name, rows in self.sheets().items():
            sheet = book.create_sheet(name)
            for row in (HEADERS[name], *rows):
                sheet.append(list(row))
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        Path(f"{path}.feed.yaml").write_text("".join(f"{key}: {value}\n" for key, value in feed.items()))


FIRST = Story()
SECOND = replace(FIRST, investor_name="Harbour and Coast Mutual", has_third_commitment=False)
THIRD = replace(SECOND, moved=125_000, valued=7_400_000)


def flows(valued: int) -> tuple[list[dt.date], list[int]]:
    """What the investors of one fund paid and got, with its value at the end: the terms of the rate of return."""
    days = [*(day for day, _ in CALLS), DISTRIBUTION[0], MEASURED]
    return days, [*(-amount for _, amount in CALLS), DISTRIBUTION[1], valued]
