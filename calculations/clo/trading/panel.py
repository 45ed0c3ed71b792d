"""The control panel of the workbook as requests: its trades, filters, amounts and weights. Which cells state them is the reader's.

Source: clo-workbook 1.5; clo-compliance 2.4, 5.3 to 5.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from calculations.clo.trading.baskets import Order
from calculations.clo.trading.filter_parser import FilterRow, Side, parse_filter_rows
from calculations.clo.trading.filters import Filter

ALL_DEALS = "ALL"
_CELLS = ("logical_operator", "open_parenthesis", "field", "comparison_operator", "value_text", "close_parenthesis")


@dataclass(frozen=True)
class PanelTrade:
    """A line of the trades and the deal that it names."""

    deal_name: str
    order: Order


@dataclass(frozen=True)
class ControlPanel:
    """What a control panel states; None where a cell is blank.

    Par is in the deal's currency. `allow_increases` lets a purchase add to a loan that the deal holds.
    """

    deal_name: str | None
    is_pool_mode: bool
    increment: float | None
    allow_increases: bool
    sale_par: float | None
    buy_par: float | None
    weights: tuple[tuple[int, float], ...]
    trades: tuple[PanelTrade, ...]
    filter_rows: Mapping[Side, tuple[FilterRow, ...]]

    @classmethod
    def from_rows(
        cls,
        parameters: Iterable[Mapping[str, Any]],
        filters: Iterable[Mapping[str, Any]],
        objectives: Iterable[Mapping[str, Any]],
        trades: Iterable[Mapping[str, Any]],
    ) -> ControlPanel:
        """From rows of `stg_clo__run_model_parameters`, `_filters`, `_objectives` and `_trades` of one panel, in sheet order.

        A blank pool mode means all trades together, a blank switch for deal loans that they may be bought, a blank weight
        none.
        """
        stated = {row["name"]: row for row in parameters}

        def value(name: str, kind: str) -> Any:
            return stated[name][f"value_{kind}"] if name in stated else None

        rows = [(row["side"], _filter_row(row)) for row in filters]
        return cls(
            deal_name=value("deal_to_run", "text"),
            is_pool_mode=value("hypothetical_pool_mode", "boolean") is not False,
            increment=value("loan_par_increment", "number"),
            allow_increases=value("include_deal_loans", "boolean") is not False,
            sale_par=value("sale_par_amount", "number"),
            buy_par=value("purchase_par_amount", "number"),
            weights=tuple((row["test_number"], row["weight"] or 0.0) for row in objectives),
            trades=tuple(_trade(row) for row in trades),
            filter_rows={
                "buy": tuple(row for side, row in rows if side == "buy"),
                "sale": tuple(row for side, row in rows if side == "sale"),
            },
        )

    @property
    def is_for_all_deals(self) -> bool:
        return deal_key(self.deal_name) == ALL_DEALS

    def runs(self, *names: str | None) -> bool:
        """Whether it is to run a deal of these names."""
        return self.is_for_all_deals or deal_key(self.deal_name) in {deal_key(name) for name in names if name}

    def filter(self, side: Side) -> Filter | None:
        """The filter of one side, None where it has no rows. Raises FilterError."""
        return parse_filter_rows(self.filter_rows[side], side)

    def orders(self, *names: str | None) -> tuple[Order, ...]:
        """The trades of a deal of these names, in the order of the sheet."""
        called = {deal_key(name) for name in names if name}
        return tuple(trade.order for trade in self.trades if deal_key(trade.deal_name) in called)


def deal_key(name: str | None) -> str:
    """The name of a deal as names are compared: Mag 17, MAG17 and mag  17 are one."""
    return "".join((name or "").split()).upper()


def price_per_hundred(price: float | None) -> float | None:
    """A price as a person types it, in percent of par: up to 1 it is a fraction. Source: clo-compliance 5.1."""
    return price * 100.0 if price is not None and 0 < price <= 1 else price


def _filter_row(row: Mapping[str, Any]) -> FilterRow:
    return FilterRow(row["source_row"], **{name: row[name] for name in _CELLS})


def _trade(row: Mapping[str, Any]) -> PanelTrade:
    order = Order(
        asset_id=row["asset_id"] or "",
        side=row["side"] or "",
        par=float("nan") if row["par_amount"] is None else row["par_amount"],
        price=price_per_hundred(row["price"]),
    )
    return PanelTrade(row["deal_name"] or "", order)
