"""Decides which deals cannot be used as read and must stay at their last good version. Reading does not belong here.

Source: clo-workbook 4, value rules marked [H].
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from ingestion.clo_workbook.labels import label_key, plain
from ingestion.clo_workbook.lists import Rows
from ingestion.clo_workbook.report import Report
from ingestion.extract import Severity

_FIX_AND_SEND = "The deal stays at its last good version until a corrected workbook arrives."


class DealHolds:
    """The reasons to hold one deal, each a critical finding."""

    def __init__(self, deal: str, sheet: str, report: Report) -> None:
        self.deal, self.sheet, self.report = deal, sheet, report

    def hold(self, code: str, text: str, row: int | None = None, column: int | None = None) -> None:
        self.report.find(
            code,
            Severity.CRITICAL,
            f"{self.deal} is held: {text}",
            sheet=self.sheet,
            row=row,
            column=column,
            deal=self.deal,
            advice=_FIX_AND_SEND,
        )

    def missing_block(self, name: str) -> None:
        self.hold("MISSING_BLOCK", f"expected a block {plain(name)}, found none")

    def check_classes(self, classes: Rows, day_counts: Collection[str]) -> None:
        """A class needs its balances; unless it is equity also its spread, coupon type and day count."""
        rows = classes.columns
        for column in classes.quarantined:
            self.hold("CLASS_UNREADABLE", "a class has no name of its own", rows["tranche_name"] + 1, column)
        if not classes.rows and not classes.quarantined:
            self.hold("CLASS_UNREADABLE", "expected at least one class, found none")
        for index, column in enumerate(classes.rows):
            terms = {name: values[index] for name, values in classes.values.items()}
            missing = [name for name in ("original_balance", "current_balance") if terms[name] is None]
            if not is_equity(terms):
                missing += [name for name in ("spread", "coupon_type") if terms[name] is None]
                if label_key(terms["day_count"]) not in day_counts:
                    missing.append("day_count")
            for name in missing:
                text = f"class '{terms['tranche_name']}' has no usable {plain(name)}"
                self.hold("CLASS_UNREADABLE", text, rows[name] + 1 if name in rows else None, column)

    def check_fees(self, fees: Rows, day_counts: Collection[str]) -> None:
        """A fee needs its name, its basis and its day count."""
        for row in fees.quarantined:
            if row not in fees.identical_copies:
                self.hold("FEE_UNREADABLE", "a fee has no name of its own", row, fees.columns["fee_name"] + 1)
        for index, row in enumerate(fees.rows):
            name = fees.values["fee_name"][index]
            if fees.values["fee_basis"][index] is None:
                column = fees.columns.get("fee_basis")
                self._fee(f"fee '{name}' has no basis BEGINNING or AVERAGE", row, column)
            if label_key(fees.values["day_count"][index]) not in day_counts:
                self._fee(f"fee '{name}' has no known day count", row, fees.columns.get("day_count"))

    def _fee(self, text: str, row: int, column: int | None) -> None:
        self.hold("FEE_UNREADABLE", text, row, None if column is None else column + 1)

    def check_payment_dates(self, schedule: Rows) -> None:
        for row in schedule.quarantined:
            if row not in schedule.identical_copies:
                column = schedule.columns["payment_date"] + 1
                self.hold("PAYMENT_DATE_UNREADABLE", "a payment date cannot be read or stands twice", row, column)
        if not schedule.rows and not schedule.quarantined:
            self.hold("PAYMENT_DATE_UNREADABLE", "expected payment dates, found none")

    def check_collateral(self, collateral: Rows, usable: Collection[str], quarantined: Collection[str]) -> None:
        """Every held id needs a usable row of All Assets. `usable` and `quarantined` are the ids found there."""
        if not collateral.rows:
            self.hold("NO_COLLATERAL", "expected at least one line of collateral, found none")
        for asset_id, row in _first_rows(collateral.values["asset_id"], collateral.rows):
            if asset_id not in usable:
                reason = (
                    "whose row of All Assets is quarantined"
                    if asset_id in quarantined
                    else "without a row in All Assets"
                )
                self.hold(
                    "HELD_ASSET_WITHOUT_ROW", f"it holds '{asset_id}' {reason}", row, collateral.columns["asset_id"] + 1
                )


def is_equity(terms: dict[str, Any]) -> bool:
    """By the flag of the class; where it has none, by the name that equity has in every deal."""
    if terms["is_equity"] is not None:
        return bool(terms["is_equity"])
    return (terms["tranche_name"] or "").casefold().startswith("sub")


def _first_rows(ids: Iterable[str], rows: Iterable[int]) -> list[tuple[str, int]]:
    first: dict[str, int] = {}
    for asset_id, row in zip(ids, rows, strict=True):
        first.setdefault(asset_id, row)
    return list(first.items())
