"""Run a deal's liabilities over its payment dates, in groups of scenarios. What happens on a date is in `loop`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calculations.clo.columns import Floats
from calculations.clo.deal.checks import warnings_of
from calculations.clo.deal.collateral import ReinvestedPool
from calculations.clo.deal.loop import Group, PeriodLoop
from calculations.clo.deal.opening import missing_detail, missing_inputs
from calculations.clo.deal.payment_dates import PaymentDates
from calculations.clo.deal.results import DealResult, joined
from calculations.clo.deal.steps import ReinvestStep
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_detail import PoolDetail
from calculations.clo.pool_flows import PoolFlows, RatedBalances


def run_liabilities(
    deal: Deal,
    flows: PoolFlows,
    dates: PaymentDates,
    index: Floats,
    *,
    reinvested: ReinvestedPool | None = None,
    liquidation_price: Floats | float | None = None,
    ccc: Sequence[RatedBalances] = (),
    in_default: bool = False,
    detail: PoolDetail | None = None,
    record_steps: bool = False,
    scenarios_at_once: int = 10_000,
) -> DealResult:
    """Pay a deal's notes, fees and equity out of its collateral, period by period, in every scenario.

    `index` is the index of each period, (periods,) or (scenarios, periods). `liquidation_price`, a fraction of par or
    (scenarios,), stands before the deal's own. `in_default` is the manual flag. `detail` is what only some deals ask of
    their collateral. `record_steps` keeps due, paid and cash
    after of every step of every list, which takes memory. Scenarios run in groups whose arrays stay in the processor's
    cache, except beside a reinvested pool, which trades for all of them at once.
    Raises ValueError for shapes that do not fit, and for figures that the file and its inputs leave open, all at once.
    Source: clo-liabilities-waterfall 1.3.
    """
    scenarios, periods = flows.interest.shape
    index = np.asarray(index, dtype=np.float64)
    if index.shape not in ((periods,), (scenarios, periods)):
        raise ValueError(f"index must be of shape ({periods},) or ({scenarios}, {periods}), found {index.shape}")
    if periods != dates.periods:
        raise ValueError(f"flows must have a column for each of {dates.periods} payment dates, found {periods}")
    detail = detail or PoolDetail()
    if missing := [*missing_inputs(deal), *missing_detail(deal, detail, scenarios, periods)]:
        raise ValueError(f"{deal.file}: expected a figure for {', '.join(missing)}; found none")
    if liquidation_price is None:
        liquidation_price = 1.0 if deal.call.price is None else float(deal.call.price)
    price = np.broadcast_to(np.asarray(liquidation_price, dtype=np.float64), (scenarios,))
    size = max(scenarios if reinvested is not None else scenarios_at_once, 1)
    parts = []
    for start in range(0, max(scenarios, 1), size):
        rows = slice(start, start + size)
        group = Group(
            flows=PoolFlows(**{name: getattr(flows, name)[rows] for name in PoolFlows.__dataclass_fields__}),
            index=index if index.ndim == 1 else index[rows],
            price=price[rows],
            ccc=[replace(bucket, balances=bucket.balances[rows]) for bucket in ccc],
            reinvested=reinvested,
            in_default=in_default,
            detail=detail.of_scenarios(rows),
        )
        parts.append(PeriodLoop(deal, dates, group, record_steps=record_steps).run())
    return replace(joined(parts), assumptions=_assumptions(deal, reinvested))


def _assumptions(deal: Deal, reinvested: ReinvestedPool | None) -> tuple[str, ...]:
    buys = any(isinstance(step, ReinvestStep) for terms in deal.lists.values() for step in terms.steps)
    held = "what is reinvested stays in the collection account, as no reinvested pool is given"
    return (*((held,) if buys and reinvested is None else ()), *warnings_of(deal))
