"""Assets that are projected more than once are prepared once, which changes nothing."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np

from calculations.clo.collateral import project, project_assets
from calculations.clo.collateral.prepared import PreparedPool, prepare
from tests.invariants.cases import Case, draw_case


def with_draws() -> Case:
    """A case whose scenarios share all events, so that its pool is prepared as a whole."""
    cases = (draw_case(seed) for seed in range(1_000))
    return next(
        case
        for case in cases
        if any(asset.draws for asset in case.holdings.assets)
        and all(event.scenario is None for asset in case.holdings.assets for event in asset.events)
        and not any(item.by_asset for item in case.scenarios.items)
    )


def test_flows_draws_and_rows_of_a_pool_share_one_preparation() -> None:
    case, calls = with_draws(), []

    def counted(*terms: Any, **more: Any) -> PreparedPool:
        calls.append(terms)
        return prepare(*terms, **more)

    held, scenarios, dates = case.holdings, case.scenarios, case.dates
    share = np.full((len(scenarios), dates.count), 0.5)
    for preparing in (prepare, cache(counted)):
        flows = project(held.assets, scenarios, dates, held.calendar, preparing=preparing).flows
        short = project(held.assets, scenarios, dates, held.calendar, funded=share, preparing=preparing).flows
        rows = project_assets(
            held.assets, scenarios, held.analysis, held.calendar, dates=dates, funded=share, preparing=preparing
        )
        if preparing is prepare:
            expected = flows, short, rows
    assert len(calls) == 1
    pairs: list[tuple[Any, Any]] = list(zip((flows, short, *rows), (*expected[:2], *expected[2]), strict=True))
    for found, alone in pairs:
        for item in fields(found):
            np.testing.assert_array_equal(getattr(found, item.name), getattr(alone, item.name), item.name)
