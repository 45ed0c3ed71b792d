"""Times the compliance tests of a workbook's deals, and over one-trade candidates. Nothing is read or written."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from calculations.clo.compliance import DealTest, Pool, Universe, catalogue, prepare, run_deals
from tests.benchmarks.clo import Timed, repeated
from tests.calculations.compliance.pools import INPUTS, LOAN

ASSETS, CANDIDATES, DEALS = 400, 10_000, 10
LISTED = frozenset({*range(1, 12), *range(13, 39)})  # the list of most deals (clo-compliance 2.1)


def universe_of(count: int) -> Universe:
    """Loans of a broadly syndicated pool: 9 assets in 10 have an issuer of their own, in 30 industries and 5 countries."""
    columns = {name: [value] * count for name, value in LOAN.items() if name != "par"}
    columns["asset_id"] = [f"L{i:05d}" for i in range(count)]
    columns["issuer_id"] = [f"I{i * 9 // 10:05d}" for i in range(count)]
    for name in ("moodys_industry", "sp_industry"):
        columns[name] = [f"industry {i * 9 // 10 % 30}" for i in range(count)]
    columns["country"] = [("USA", "USA", "CANADA", "GERMANY", "NETHERLANDS")[i % 5] for i in range(count)]
    columns["sp_rating"] = [("BB", "B", "B-", "CCC+")[i % 4] for i in range(count)]
    return Universe.from_columns(columns)


def candidates(count: int, assets: int) -> np.ndarray:
    """One pool, with one million more of one asset in each copy; shape (count, assets)."""
    par = np.repeat(np.random.default_rng(7).uniform(1e6, 3e6, (1, assets)), count, axis=0)
    par[np.arange(count), np.arange(count) % assets] += 1e6
    return par


def compliance_batches() -> list[Timed]:
    """Every test of a deal's list, and of the whole catalogue, for 10,000 candidate trades; and ten deals of a workbook."""
    universe, par, cash = universe_of(ASSETS), candidates(CANDIDATES, ASSETS), np.full(CANDIDATES, 5e6)
    every = [DealTest(number, definition.direction, 0.1) for number, definition in catalogue().items()]
    found = []
    for name, tests in (("a deal's list", [test for test in every if test.number in LISTED]), ("all tests", every)):
        ready = prepare(tests, universe, INPUTS)
        what = f"compliance, {name}: {CANDIDATES:,} trades x {ASSETS} assets x {len(tests)} tests"
        found.append(repeated(what, partial(ready.evaluate, par, cash), "2"))
    found.append(ten_deals())
    return found


def ten_deals() -> Timed:
    """The deals of one workbook, as a run takes them: ten pools of half the assets, each with figures of its own."""
    random = np.random.default_rng(7)
    tests = [DealTest(number, catalogue()[number].direction, 0.1) for number in sorted(LISTED)]
    universe = universe_of(ASSETS)
    pools = [
        Pool(tests, random.uniform(1e6, 3e6, ASSETS) * (random.random(ASSETS) < 0.5), replace(INPUTS, cash=1e6 * deal))
        for deal in range(DEALS)
    ]
    what = f"compliance: {DEALS} deals x {ASSETS} assets x {len(catalogue())} tests, made ready and told"
    return repeated(what, lambda: run_deals(universe, pools), "0.5")
