"""Figures of a fund recomputed from the states of its allocations: called, uncalled and multiples. Rates of return and the
partners' side do not belong here.

Source: fund-admin 1.9, row fund metrics; 8, item 12: ratios of sums, never averages of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from calculations.exact.minor_units import as_money
from calculations.funds.lifecycle.allocations import Allocations
from calculations.funds.lifecycle.findings import Groups
from calculations.funds.lifecycle.statuses import FUNDED, PARTIALLY_PAID, call_funding_statuses
from calculations.multiples import Ratio, dpi, moic, tvpi

NO_VALUATION = "NO_VALUATION"  # an allocation that was paid and is not written off has no market value


@dataclass(frozen=True)
class FundMetrics:
    """One fund in one currency; a multiple that cannot be known is None beside its reason."""

    fund_id: str
    currency: str
    committed: Decimal
    called: Decimal
    uncalled: Decimal
    paid: Decimal
    written_off: Decimal  # committed to allocations that are written off; part of `committed` and of `uncalled`
    market_value: Decimal | None
    distributions: Decimal
    moic: Ratio
    dpi: Ratio
    tvpi: Ratio


def fund_metrics(rows: Allocations) -> tuple[FundMetrics, ...]:
    """One result per fund and currency, in order of both: amounts of two currencies are never added.

    An allocation counts as called with its full amount where it is funded, with what is paid where that is a part, else
    with nothing; uncalled is committed less called. A written-off allocation without a market value is worth nothing.
    Source: fund-admin 1.9.
    """
    status = call_funding_statuses(rows.called, rows.paid, rows.is_written_off)
    called = np.select([status == FUNDED, status == PARTIALLY_PAID], [rows.amount, rows.paid], 0)
    is_unvalued = ~rows.has_market_value & (rows.paid > 0) & ~rows.is_written_off
    groups = Groups.of(rows.fund_id, rows.currency)
    sums = {
        "committed": groups.sums(rows.amount),
        "called": groups.sums(called),
        "paid": groups.sums(rows.paid),
        "written_off": groups.sums(rows.amount, rows.is_written_off),
        "value": groups.sums(rows.market_value, rows.has_market_value),
        "distributions": groups.sums(rows.distributions),
    }
    unvalued = groups.sums(is_unvalued.astype(np.int64)) > 0
    unknown = Ratio(None, NO_VALUATION)
    results = []
    for number, first in enumerate(groups.first.tolist()):
        money = {name: as_money(total[number], rows.scale[first]) for name, total in sums.items()}
        value = None if unvalued[number] else money["value"]
        results.append(
            FundMetrics(
                fund_id=str(rows.fund_id[first]),
                currency=str(rows.currency[first]),
                committed=money["committed"],
                called=money["called"],
                uncalled=money["committed"] - money["called"],
                paid=money["paid"],
                written_off=money["written_off"],
                market_value=value,
                distributions=money["distributions"],
                moic=unknown if value is None else moic(money["distributions"], value, money["paid"]),
                dpi=dpi(money["distributions"], money["paid"]),
                tvpi=unknown if value is None else tvpi(money["distributions"], value, money["paid"]),
            )
        )
    return tuple(results)
