"""Times the CLO engine: one deal under many scenarios, many deals under one, and how cost grows. Compute only unless said."""

from __future__ import annotations

import datetime as dt
import resource
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from calculations.calendars import BusinessCalendar
from calculations.clo.collateral import AssetTerms, project
from calculations.clo.deal import Deal, Holdings, PaymentDates, load, run, run_liabilities
from calculations.clo.deal.load import DEALS, deal_file
from calculations.clo.deal.payment_dates import date_terms
from calculations.clo.deal_dates import deal_dates
from calculations.clo.scenarios import Assumptions, ReinvestmentTerms, Scenario, Scenarios
from calculations.curves import Curve
from orchestration.assets import clo_projection_rows as rows
from orchestration.warehouse import Warehouse, append
from tests.benchmarks.timing import Spread, seconds, spread
from tests.reference import projection as plain

ANALYSIS = dt.date(2016, 6, 23)
CURVE = Curve.of(ANALYSIS, {1: 0.0045, 3: 0.0064, 12: 0.0088, 36: 0.0115, 60: 0.014, 120: 0.0195})
CALENDAR = BusinessCalendar()
INDEX = 0.0064
REPEATS = 3


@dataclass(frozen=True)
class Timed:
    """One line of the table."""

    name: str
    seconds: Spread
    target: str = ""
    note: str = ""


def loans(count: int, seed: int = 7) -> tuple[AssetTerms, ...]:
    """Loans of a broadly syndicated pool: quarterly floaters, one in eight semi-annual, one in ten fixed."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        maturity = dt.date(2018 + int(random.integers(0, 7)), int(random.integers(1, 13)), int(random.integers(1, 29)))
        dated = dt.date(2014, int(random.integers(1, 13)), int(random.integers(1, 29)))
        is_fixed = random.random() < 0.1
        found.append(
            AssetTerms(
                asset_id=f"L{number:05d}",
                par=float(random.integers(5, 60)) * 100_000,
                coupon=float(0.045 + random.random() * 0.03),
                dated=dated,
                first_payment=dt.date(2016, int(random.integers(7, 10)), int(random.integers(1, 29))),
                maturity=maturity,
                payments_per_year=2 if random.random() < 0.125 else 4,
                day_count="30/360" if is_fixed else "ACT/360",
                convention="MOD FOLLOWING",
                coupon_type="FIXED" if is_fixed else "FLOAT",
                spread=float(0.03 + random.random() * 0.03),
                floor=0.01,
                market_value=float(60 + random.random() * 41),
                recovery_rate=0.45,
                moodys_rating="Caa1" if random.random() < 0.06 else "B2",
                sp_rating="CCC+" if random.random() < 0.06 else "B",
            )
        )
    return tuple(found)


def scenarios(count: int) -> Scenarios:
    """Constant rates over a plane of prepayment and default."""
    return Scenarios.of(
        Scenario(
            f"s{number}",
            (rates := Assumptions(0.05 + 0.25 * (number % 97) / 97, 0.08 * (number % 89) / 89, 0.35, 6)),
            curve=CURVE,
            reinvestment=ReinvestmentTerms(0.0375, 0.01, 84, 0.99, rates),
            liquidation_price=0.98,
        )
        for number in range(count)
    )


def priced_deal(deal_id: str) -> Deal:
    """A deal of the package with the figures that a sheet would bring, alike for all of them."""
    bare = load(deal_file(deal_id))
    inputs = {
        "notes": {
            name: {"original_balance": 1_000_000 * max(2, 320 - 60 * rank), "spread": 0.015 + 0.012 * rank}
            for rank, name in enumerate(bare.rated)
        }
        | {bare.equity or "sub": {"original_balance": 40_000_000, "price": 0.9}},
        "tests": {name: {"trigger": 1.25 - 0.03 * number} for number, name in enumerate(bare.tests)},
        "fees": {name: {"rate": rate} for name, rate in zip(bare.fees, (0.00015, 0.0002, 0.0015, 0.003), strict=True)},
        "incentive": {
            "hurdle": 0.12,
            "share": 0.2,
            "history": [{"date": dt.date(2016, 3, 31), "amount": -36_000_000}],
        },
        "event_of_default": {"ratio": {"trigger": 1.025}},
        "beginning_fee_basis": 500_000_000,
        "reinvestment": {"during": {"type": "all_principal"}, "after": {"type": "unscheduled_principal", "share": 0.5}},
        "call": {"distribution_below": 0, "price": 0.98},
        "haircuts": {"ccc": {"limit": 0.075}},
        "dates": {
            "closing": dt.date(2016, 3, 31),
            "first_payment": dt.date(2016, 7, 20),
            "stated_maturity": dt.date(2028, 4, 20),
            "no_call": dt.date(2018, 4, 20),
            "reinvestment_end": dt.date(2020, 4, 20),
            "payment_day": 20,
            "determination_lag": 8,
            "index_lag": 2,
            "convention": "FOLLOWING",
        },
    }
    return load(deal_file(deal_id), inputs=inputs)


def repeated(name: str, work: Callable[[], Any], target: str = "", note: str = "") -> Timed:
    """The spread of some repeats; the first, in which machine code is read or made, does not count."""
    work()
    return Timed(name, spread(seconds(work) for _ in range(REPEATS)), target, note)


def reference_seconds(deal: Deal, assets: tuple[AssetTerms, ...], few: Scenarios) -> float:
    """Seconds of the plain implementation of the whole path for one scenario."""
    dates = deal_dates(date_terms(deal.dates), ANALYSIS, CALENDAR)

    def work() -> None:
        for scenario in few.items:
            plain.project(deal, assets, scenario, dates, INDEX)

    return seconds(work) / len(few)


def exponent(sizes: tuple[int, ...], took: list[float]) -> float:
    """Slope of log seconds over log size."""
    return float(np.polyfit(np.log(sizes), np.log(took), 1)[0])


def clo_engine(folder: Path) -> list[Timed]:
    """All lines, in order."""
    pool, deal = loans(234), priced_deal("MAG17")
    holdings = Holdings(pool, ANALYSIS, CALENDAR, INDEX)
    many, thousand = scenarios(10_000), scenarios(1_000)
    found = [
        repeated(
            "234 assets, 10,000 scenarios: collateral, waterfall, risk",
            lambda: run(deal, holdings, many),
            "5 s, 2 GB",
        )
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    dates = deal_dates(date_terms(deal.dates), ANALYSIS, CALENDAR)
    found.append(Timed("  of which peak memory", found[0].seconds, "", f"{peak:,.0f} MB of the whole process"))
    found.append(repeated("  collateral alone", lambda: project(pool, many, dates, CALENDAR)))

    ten = [
        (priced_deal(path), Holdings(loans(234, seed), ANALYSIS, CALENDAR, INDEX)) for seed, path in enumerate(_ten())
    ]
    one = scenarios(1)
    found.append(repeated("ten deals, one scenario", lambda: [run(d, h, one) for d, h in ten], "1 s"))

    plain_seconds = reference_seconds(deal, pool, scenarios(2))
    fast = repeated("234 assets, 1,000 scenarios: the whole path", lambda: run(deal, holdings, thousand))
    ratio = plain_seconds * 1_000 / fast.seconds.median
    found.append(replace(fast, target="100x", note=f"{ratio:,.0f}x the plain implementation"))

    counts = (1_000, 2_000, 4_000, 8_000)
    sets = {count: scenarios(count) for count in counts}
    by_scenario = [min(seconds(partial(run, deal, holdings, sets[n])) for _ in range(REPEATS)) for n in counts]
    sizes = (100, 200, 400, 800)
    pools = {size: loans(size) for size in sizes}
    by_asset = [
        min(seconds(partial(project, pools[n], thousand, dates, CALENDAR)) for _ in range(REPEATS)) for n in sizes
    ]
    found.append(
        Timed("cost against scenarios", spread(by_scenario), "exponent 1.05", f"{exponent(counts, by_scenario):.3f}")
    )
    found.append(Timed("cost against assets", spread(by_asset), "exponent 1.05", f"{exponent(sizes, by_asset):.3f}"))

    flows = project(pool, many, dates, CALENDAR).flows
    index = np.full(dates.count, INDEX)
    notes_only = PaymentDates.of(dates)
    found.append(
        repeated("notes only, 10,000 scenarios", lambda: run_liabilities(deal, flows, notes_only, index), "0.5 s")
    )

    for deals in (25, 50, 100):
        found.append(_into_warehouse(folder, deals))
    return found


def _ten() -> list[str]:
    return [
        f"MAG{number}" for number in (6, 7, 8, 9, 11, 12, 14, 15, 16, 17) if (DEALS / f"mag_{number:02d}.yaml").exists()
    ]


def _into_warehouse(folder: Path, deals: int) -> Timed:
    """Base scenario of many deals of a hundred assets each, asset rows and steps kept, into a new warehouse."""
    warehouse = Warehouse(folder / f"clo_{deals}.duckdb")
    warehouse.create_tables()
    deal, one = priced_deal("MAG17"), scenarios(1)
    pools = [loans(100, seed) for seed in range(deals)]
    names = {name: f"Class {name}" for name in deal.rated} | {deal.equity or "sub": "Sub Notes"}

    def work() -> None:
        for number, pool in enumerate(pools):
            projected = run(deal, Holdings(pool, ANALYSIS, CALENDAR, INDEX), one, details=True)
            keys = {
                "organization_id": "bench",
                "projection_id": f"load/{number}",
                "load_id": "load",
                "deal_id": f"D{number}",
                "as_of_date": ANALYSIS,
                "known_at": dt.datetime(2016, 6, 23),
                "currency": "USD",
            }
            with warehouse.transaction() as connection:
                append(connection, "calc.clo_asset_cash_flows", rows.asset_cash_flows(keys, projected))
                append(
                    connection, "calc.clo_liability_cash_flows", rows.liability_cash_flows(keys, deal, projected, names)
                )
                append(connection, "calc.clo_waterfall_payments", rows.waterfall_payments(keys, deal, projected))

    took = seconds(work)
    return Timed(
        f"{deals * 100:,} assets in {deals} deals, base scenario, into the warehouse",
        spread([took]),
        "linear",
        f"{took / deals * 1000:.0f} ms a deal",
    )
