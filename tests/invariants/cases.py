"""A random deal with its pool and scenarios by seed, and its projection on the whole path. What must hold is in the rules.

The same seed gives the same case on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random

import numpy as np

from calculations.calendars import BusinessCalendar
from calculations.clo.collateral import project
from calculations.clo.deal import Deal
from calculations.clo.deal.load import from_document
from calculations.clo.deal.overlays import with_overlays
from calculations.clo.deal.payment_dates import date_terms
from calculations.clo.deal_dates import DealDates, deal_dates
from calculations.clo.pool_detail import PoolDetail, share_name
from calculations.clo.pool_flows import PoolFlows, RatedBalances
from calculations.clo.deal.projection import Holdings, Projection, project_deal
from calculations.clo.scenarios import Scenarios
from calculations.curves import spots
from tests.invariants.draw_deals import Document, draw_deal
from tests.invariants.draw_features import draw_overlays, lay_features
from tests.invariants.draw_pools import ANALYSIS, day_after, draw_pool
from tests.invariants.draw_scenarios import draw_scenarios

WEEKENDS = BusinessCalendar()


@dataclass(frozen=True, eq=False)
class Case:
    """What a seed stands for: the documents of a deal and its overlays, what it holds, and the scenarios."""

    seed: int
    document: Document
    overlays: Document | None
    holdings: Holdings
    scenarios: Scenarios

    @cached_property
    def deal(self) -> Deal:
        """The deal as the loader reads it."""
        deal = from_document(self.document, "random.yaml")
        return deal if self.overlays is None else with_overlays(deal, self.overlays, "overlays.yaml")

    @cached_property
    def dates(self) -> DealDates:
        return deal_dates(date_terms(self.deal.dates), self.holdings.analysis, self.holdings.calendar)

    @property
    def asks_for_detail(self) -> bool:
        """Whether the deal needs more of its collateral than flows."""
        return (
            self.deal.smoothing is not None
            or self.deal.frequency_switch is not None
            or self.deal.haircuts.discount is not None
            or self.deal.purchased_accrued.recover == "by_asset"
            or any(due.amount == "close_out" for due in self.deal.dues.values())
        )

    @cached_property
    def detail(self) -> PoolDetail:
        """What the deal asks of its collateral beside flows; amounts are a share of the pool's own."""
        if not self.asks_for_detail:
            return PoolDetail()
        flows = project(self.holdings.assets, self.scenarios, self.dates, self.holdings.calendar, threads=1).flows
        return self._detail(flows)

    def _detail(self, flows: PoolFlows) -> PoolDetail:
        rng = np.random.default_rng(self.seed)
        shape = flows.interest.shape
        switch, longer = self.deal.frequency_switch, None
        if switch is not None:
            days = self.dates.interest_determination
            curves = [item.curve for item in self.scenarios.items if item.curve is not None]
            longer = spots(curves, days, switch.index_tenor)
        balances = flows.performing[:, :, None] * rng.uniform(0, 0.2, (1, 1, 2))
        return PoolDetail(
            rare_interest={spans: flows.interest * rng.uniform(0, 0.4) for spans in (2, 4)},
            shares={share_name(self.dates.months_between): rng.uniform(0, 1, shape)},
            close_out=np.round(rng.normal(0, 100_000, shape) * (flows.defaults > 0), 2),
            accrued_recovered=rng.uniform(0, 100_000, shape),
            accrued_written_off=rng.uniform(0, 20_000, shape) * rng.integers(0, 2, shape),
            discount=RatedBalances(balances, np.array([0.6, 0.75])),
            longer_index=longer,
        )


def draw_case(seed: int, *, plain: bool = False) -> Case:
    """The case of a seed. A `plain` one is within what the scalar references of deal and collateral cover."""
    source = Random(f"{seed} {plain}")
    periods, months = source.randint(3, 6), source.choice((3, 3, 3, 6, 1))
    assets = draw_pool(source, periods, months, plain=plain)
    par = sum(asset.par for asset in assets)
    document, overlays = draw_deal(source, par, periods, months, plain=plain), None
    if not plain:
        lay_features(source, document, months)
        overlays = draw_overlays(source, document, day_after(source, 1, 250))
    holdings = Holdings(
        assets=assets,
        analysis=ANALYSIS,
        calendar=WEEKENDS,
        current_index=source.uniform(0.0, 0.06),
        in_default=not plain and source.random() < 0.03,
    )
    return Case(seed, document, overlays, holdings, draw_scenarios(source, assets))


def projected(case: Case) -> Projection:
    """The case on the whole path, with the rows of its assets and the steps of its lists."""
    return project_deal(case.deal, case.holdings, case.scenarios, detail=case.detail, details=True)
