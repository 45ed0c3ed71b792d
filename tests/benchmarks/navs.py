"""Times a backfill of NAVs: struck, judged and kept as rows of a warehouse. What is struck is made up; nothing is read."""

from __future__ import annotations

import datetime as dt
import gc
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from calculations.nav import Policy, Price, Rate, Source
from calculations.nav.market import Market, Row, price_series, rate_series
from calculations.nav.methods import strike_product
from calculations.nav.methods.evidence import Evidence
from calculations.nav.stated import StatedProduct
from calculations.nav.strike_days import strike_days
from calculations.nav.strike_inputs import strike_inputs
from calculations.nav.validation import judge
from orchestration.assets.nav_rows import Struck, record_strike
from orchestration.clock import utc_now
from orchestration.nav_evidence import MODELS, StrikeEvidence
from orchestration.warehouse import Warehouse
from tests.benchmarks.clo import Timed
from tests.benchmarks.timing import spread

SIZES = (125, 250, 500)  # products
DAYS = 250
HOLDINGS = 200  # of a product on each day
INSTRUMENTS = 2_000
CURRENCIES = ("USD", "EUR", "GBP", "JPY")
HOUSE = "house"
NOTHING_REPORTED = (
    "organization_id varchar, product_id varchar, as_of_date date, known_to timestamp, source_row integer, "
    "index_id varchar, level_date date, level decimal(28, 12), return_type varchar, source varchar"
)
PROCESSES = 2
TARGET, TARGET_OF_A_DAY = "600 s", "5 s"


class Stated(dict[str, object]):
    """A row whose fields that are not given are empty."""

    def __missing__(self, field: str) -> None:
        return None


@dataclass(frozen=True)
class Figures:
    """Seconds by step, strikes made, and the most memory that the process had."""

    striking: float
    keeping: float
    strikes: int
    megabytes: float


def nav_backfill() -> list[Timed]:
    """A line for each size, so that growth shows, and one for a day of the greatest."""
    lines = []
    runs = [(products, DAYS, TARGET if products == SIZES[-1] else "") for products in SIZES]
    for products, days, target in [*runs, (SIZES[-1], 1, TARGET_OF_A_DAY)]:
        share = products // PROCESSES
        # a fresh process each, so that the peak of memory is its own
        with multiprocessing.get_context("spawn").Pool(PROCESSES, maxtasksperchild=1) as pool:
            found = pool.starmap(struck, [(number, share, days) for number in range(PROCESSES)], chunksize=1)
        total = max(each.striking + each.keeping for each in found)
        strikes = sum(each.strikes for each in found)
        lines.append(
            Timed(
                f"{products:,} products x {days} days x {HOLDINGS} holdings, {PROCESSES} processes",
                spread([total]),
                target,
                f"striking {max(each.striking for each in found):.1f}, keeping {max(each.keeping for each in found):.1f}; "
                f"{sum(each.megabytes for each in found):,.0f} MB; {1e3 * total / strikes:.2f} ms a strike",
            )
        )
    return lines


def struck(seed: int, products: int, days: int) -> Figures:
    """One process's part: its own products, in a warehouse of its own."""
    market = made_market(days)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)  # as a run has it
    striking = keeping = 0.0
    strikes = 0
    with tempfile.TemporaryDirectory() as name:
        warehouse = Warehouse(Path(name) / "warehouse.duckdb")
        warehouse.create_tables()
        with warehouse.transaction() as connection:
            for model in MODELS:  # nobody else reports on these products
                connection.execute(f"create table {model} ({NOTHING_REPORTED})")
        beside = StrikeEvidence(warehouse, HOUSE, market, utc_now())
        rows = Struck()
        for number, stated in enumerate(made_products(market, seed, products), start=1):
            started = time.perf_counter()
            strikes += strike_all(stated, market, beside, rows)
            striking += time.perf_counter() - started
            if not rows.is_full and number < products:
                continue
            started = time.perf_counter()
            with warehouse.transaction() as connection:
                rows.write(connection)
            keeping += time.perf_counter() - started
    return Figures(striking, keeping, strikes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def strike_all(stated: StatedProduct, market: Market, beside: StrikeEvidence, rows: Struck) -> int:
    """Every day of the product, as the asset of strikes does it; how many could be struck."""
    before, strikes = None, 0
    for day in strike_days(stated, market):
        inputs = strike_inputs(stated, market, day)
        evidence = Evidence(stated, market, inputs)
        result = strike_product(evidence)
        rules = judge(beside.case(evidence, result, before))
        keys = {
            "organization_id": HOUSE,
            "product_id": inputs.product.product_id,
            "valuation_date": day,
            "strike_id": result.inputs_hash,
            "known_at": utc_now(),
        }
        strikes += record_strike(rows, keys, inputs, result, rules, 1, "state", "run")
        before = result
    return strikes


def made_market(days: int) -> Market:
    """Shares and bonds in four currencies, with a close and the rates of every day."""
    drawn = random.Random(1)
    dates = list(business_days(days))
    instruments = {f"I{number}": instrument(number) for number in range(INSTRUMENTS)}
    prices = [
        Price(each, "CLEAN" if row["coupon_rate"] else "CLOSE", at(day), "EXCHANGE", price, str(row["currency"]))
        for each, row in instruments.items()
        for day, price in zip(dates, walk(drawn, drawn.randrange(1_000, 20_000), days), strict=True)
    ]
    rates = [
        Rate(currency, "USD", at(day), "ECB", rate / 100)
        for currency in CURRENCIES[1:]
        for day, rate in zip(dates, walk(drawn, drawn.randrange(5_000, 15_000), days), strict=True)
    ]
    policy = Policy(sources={"EXCHANGE": Source(1, 1), "ECB": Source(2, 2)})
    return Market(instruments, {}, price_series(prices), rate_series(rates), {}, policy)


def instrument(number: int) -> Row:
    currency = CURRENCIES[number % len(CURRENCIES)]
    row = Stated(instrument_id=f"I{number}", currency=currency)
    if number % 4:
        return Stated(row | {"instrument_type": "EQUITY", "quote_basis": "PER_UNIT"})
    bond = {"coupon_rate": Decimal("0.04"), "coupon_frequency": "2", "day_count": "ACT_ACT_ICMA"}
    return Stated(
        row | bond | {"instrument_type": "BOND", "quote_basis": "PER_100", "maturity_date": dt.date(2031, 5, 15)}
    )


def made_products(market: Market, seed: int, count: int) -> Iterator[StatedProduct]:
    """Funds of shares and bonds, one at a time; a year of a fund is fifty thousand rows."""
    drawn = random.Random(seed)
    closes = [price.as_of for price in next(iter(market.prices.series.values()))[1]]
    dates = sorted({close.date() for close in closes if isinstance(close, dt.datetime)})
    for number in range(count):
        held = {name: Decimal(drawn.randrange(1, 100_000)) for name in drawn.sample(list(market.instruments), HOLDINGS)}
        product = f"P{seed}-{number}"
        fields = {
            "organization_id": HOUSE,
            "product_id": product,
            "share_class_id": "",
            "leg": "LONG",
            "lot_id": "",
            "holding_type": "EQUITY",
        }
        holdings = [
            Stated(
                fields,
                instrument_id=each,
                quantity=quantity,
                currency=market.instruments[each]["currency"],
                as_of_date=day,
            )
            for day in dates
            for each, quantity in held.items()
        ]
        terms = {
            "product_id": product,
            "organization_id": HOUSE,
            "status": "ACTIVE",
            "currency": "USD",
            "nav_dp": 4,
            "shares_outstanding": Decimal(1_000_000),
        }
        yield StatedProduct("fund", Stated(terms), (), holdings, (), (), (), ())


def business_days(count: int) -> Iterator[dt.date]:
    day = dt.date(2025, 1, 2)
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += dt.timedelta(days=1)


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(16), dt.UTC)


def walk(drawn: random.Random, cents: int, days: int) -> Iterator[Decimal]:
    """A price that moves by up to half a percent a day, in whole cents."""
    for _ in range(days):
        cents += round(cents * drawn.uniform(-0.005, 0.005)) or 1
        yield Decimal(cents) / 100
