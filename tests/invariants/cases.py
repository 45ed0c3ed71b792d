"""A random deal with its pool and scenarios by seed, and its projection on the whole path. What must hold is in the rules.

The same seed gives the same case on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random

from calculations.calendars import BusinessCalendar
from calculations.clo.deal import Deal, Holdings, Projection, run
from calculations.clo.deal.load import from_document
from calculations.clo.deal.overlays import with_overlays
from calculations.clo.deal.payment_dates import date_terms
from calculations.clo.deal_dates import DealDates, deal_dates
from calculations.clo.hedges import Hedge
from calculations.clo.scenarios import Scenarios
from tests.invariants.draw_currencies import draw_currencies
from tests.invariants.draw_deals import Document, draw_deal
from tests.invariants.draw_features import add_hedge, draw_overlays, lay_features
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


def draw_case(seed: int, *, plain: bool = False) -> Case:
    """The case of a seed. A `plain` one is within what the scalar references of deal and collateral cover."""
    source = Random(f"{seed} {plain}")
    periods, months = source.randint(3, 6), source.choice((3, 3, 3, 6, 1))
    assets = draw_pool(source, periods, months, plain=plain)
    par = sum(asset.par for asset in assets)
    document, overlays = draw_deal(source, par, periods, months, plain=plain), None
    currencies: dict[str, str] = {}
    hedges: dict[str, Hedge] = {}
    if not plain:
        currencies, hedges = draw_currencies(source, assets)
        lay_features(source, document, assets, months)
        if hedges:
            add_hedge(document)
        overlays = draw_overlays(source, document, day_after(source, 1, 250))
    holdings = Holdings(
        assets=assets,
        analysis=ANALYSIS,
        calendar=WEEKENDS,
        current_index=source.uniform(0.0, 0.06),
        in_default=not plain and source.random() < 0.03,
        currencies=currencies,
        hedges=hedges,
    )
    return Case(seed, document, overlays, holdings, draw_scenarios(source, assets, sorted(set(currencies.values()))))


def projected(case: Case) -> Projection:
    """The case on the whole path, with the rows of its assets and the steps of its lists."""
    return run(case.deal, case.holdings, case.scenarios, details=True)
