"""Times a whole house of funds in memory: balances, waterfalls and performance of every partner. Nothing is read or written."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import resource
import time
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from calculations.daycount import Days, Floats, Ints
from calculations.exact.sharing import allocate_many
from calculations.funds.capital.commitments import KIND, EventKind, Events, roll
from calculations.funds.performance.conventions import Basis, Included, Level, net
from calculations.funds.performance.days import Points
from calculations.funds.performance.histories import Histories, Legs
from calculations.funds.performance.measures import measure
from calculations.funds.performance.values import Values
from calculations.funds.waterfall import events as happened
from calculations.funds.waterfall.in_force import AgreedTerms, Partner
from calculations.funds.waterfall.reading import read_terms
from calculations.funds.waterfall.replay import replay
from tests.benchmarks.clo import Timed
from tests.benchmarks.timing import spread

SIZES = (250, 500, 1_000)  # funds
PARTNERS = 100  # of a fund, one of them the general partner
CALLS = DISTRIBUTIONS = 40
PROCESSES = 2
TARGET = "120 s, 8 GB"
FIRST_CALL, FIRST_DISTRIBUTION, LAST = dt.date(2010, 2, 15), dt.date(2014, 3, 20), dt.date(2023, 12, 31)
CENTS = 10**8 * 100  # of one commitment, about

TERMS = read_terms(
    {
        "style": "EUROPEAN",
        "order": "CAPITAL_FIRST",
        "carry": "0.2",
        "hurdles": [{"kind": "RATE", "rate": "0.08", "convention": "IRR", "catch_up": 1}],
        "start": "DUE_DATE",
        "hurdle_floor": "ZERO",
    }
)


@dataclass(frozen=True)
class Figures:
    """Seconds by step, and the most memory that the process had."""

    seconds: dict[str, float]
    megabytes: float


@dataclass(frozen=True)
class Books:
    """Legs of some funds, funds x events x partners in cents, and the days of the events."""

    commitments: Ints
    called: Ints
    distributed: Ints
    call_days: Days
    distribution_days: Days

    @property
    def funds(self) -> int:
        return len(self.commitments)


def house_of_funds() -> list[Timed]:
    """A line for each size, so that growth shows; the legs of each event are shared out by commitments before the clock runs."""
    lines = []
    for funds in SIZES:
        share = funds // PROCESSES
        # a fresh process each, so that the peak of memory is its own
        with multiprocessing.get_context("spawn").Pool(PROCESSES, maxtasksperchild=1) as pool:
            found = pool.starmap(computed, [(number, share) for number in range(PROCESSES)], chunksize=1)
        total = max(sum(each.seconds.values()) for each in found)
        steps = ", ".join(
            f"{step} {max(each.seconds[step] for each in found):.1f}"
            for step in ("balances", "waterfalls", "performance")
        )
        memory = sum(each.megabytes for each in found)
        legs = funds * PARTNERS * (CALLS + DISTRIBUTIONS)
        lines.append(
            Timed(
                f"{funds:,} funds x {PARTNERS} partners, {legs:,} legs, {PROCESSES} processes",
                spread([total]),
                TARGET if funds == SIZES[-1] else "",
                f"{steps}; {memory:,.0f} MB; {1e6 * total / legs:.1f} s a million legs",
            )
        )
    return lines


def computed(seed: int, funds: int) -> Figures:
    """One process's part of the house."""
    performance(made(seed, 1))  # machine code is read or made before the clock runs
    books = made(seed, funds)
    seconds: dict[str, float] = {}
    for step, work in (("balances", balances), ("waterfalls", waterfalls), ("performance", performance)):
        started = time.perf_counter()
        work(books)
        seconds[step] = time.perf_counter() - started
    return Figures(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def made(seed: int, funds: int) -> Books:
    """Funds that call nine tenths of their commitments quarter by quarter and return about twice that."""
    random = np.random.default_rng(seed)
    commitments = random.integers(CENTS // 100, CENTS, (funds, PARTNERS))
    total = commitments.sum(axis=1)

    def shared(share_of_total: Floats) -> Ints:
        events = share_of_total.shape[1]
        totals = (share_of_total * total[:, None]).astype(np.int64).ravel()
        offsets = np.arange(funds * events + 1) * PARTNERS
        legs = allocate_many(totals, offsets, np.repeat(commitments, events, axis=0).ravel())
        return legs.reshape(funds, events, PARTNERS)

    calls = random.dirichlet(np.ones(CALLS), funds) * 0.9
    distributions = random.dirichlet(np.ones(DISTRIBUTIONS), funds) * random.uniform(0.9, 2.7, (funds, 1))
    return Books(
        commitments, shared(calls), shared(distributions), quarterly(FIRST_CALL), quarterly(FIRST_DISTRIBUTION)
    )


def quarterly(first: dt.date, count: int = CALLS) -> Days:
    months = np.datetime64(first, "M") + 3 * np.arange(count)
    return months.astype("datetime64[D]") + (first.day - 1)


def balances(books: Books) -> None:
    """The commitments of all partners, rolled day by day."""
    partners = books.funds * PARTNERS
    each = np.arange(partners)
    called = np.repeat(each.reshape(books.funds, 1, PARTNERS), CALLS, axis=1)
    days = np.broadcast_to(books.call_days[None, :, None], called.shape)
    back = np.repeat(each.reshape(books.funds, 1, PARTNERS), DISTRIBUTIONS, axis=1)
    back_days = np.broadcast_to(books.distribution_days[None, :, None], back.shape)
    kinds = (EventKind.COMMITTED, EventKind.CALLED_INSIDE, EventKind.RECALLABLE)
    sizes = (partners, called.size, back.size)
    roll(
        Events(
            commitment=np.concatenate([each, called.ravel(), back.ravel()]),
            day=np.concatenate([np.full(partners, np.datetime64(FIRST_CALL, "D")), days.ravel(), back_days.ravel()]),
            kind=np.repeat([KIND[kind] for kind in kinds], sizes),
            amount=np.concatenate([books.commitments.ravel(), books.called.ravel(), books.distributed.ravel() // 10]),
        )
    )


def waterfalls(books: Books) -> None:
    """Every tier of every distribution for every partner, and the state of each year end."""
    partners = [Partner(f"P{number:03d}", pays_carry=number > 0) for number in range(PARTNERS)]
    agreed = [AgreedTerms(TERMS, FIRST_CALL)]
    year_ends = [dt.date(year, 12, 31) for year in range(FIRST_CALL.year, LAST.year + 1)]
    for fund in range(books.funds):
        calls = [
            happened.Event(f"C{number:02d}", day, happened.EventKind.CONTRIBUTION, books.called[fund, number])
            for number, day in enumerate(books.call_days.tolist())
        ]
        distributions = [
            happened.Event(f"D{number:02d}", day, happened.EventKind.DISTRIBUTION, books.distributed[fund, number])
            for number, day in enumerate(books.distribution_days.tolist())
        ]
        replay(agreed, partners, [*calls, *distributions], minor_unit=Decimal("0.01"), states_on=year_ends)


def performance(books: Books) -> None:
    """Multiples and returns since inception and over all windows: of every partner at year ends, of every fund at quarter ends."""
    partners = books.funds * PARTNERS
    _measured(books, np.arange(partners), net(Level.INVESTOR, Included.ONE_PARTNER), months=12)
    fund_of = np.repeat(np.arange(books.funds), PARTNERS)
    _measured(books, fund_of, net(Level.FUND, Included.ALL_PARTNERS), months=3)


def _measured(books: Books, series_of: Ints, basis: Basis, months: int) -> None:
    count = int(series_of.max()) + 1
    of = series_of.reshape(books.funds, 1, PARTNERS)
    legs = []
    for paid, days in ((books.called, books.call_days), (books.distributed, books.distribution_days)):
        series = np.broadcast_to(of, paid.shape).ravel()
        day = np.broadcast_to(days[None, :, None], paid.shape).ravel()
        nothing = np.zeros(paid.size, dtype=np.int64)
        is_call = paid is books.called
        legs.append(Legs(series, day, paid.ravel() if is_call else nothing, nothing if is_call else paid.ravel()))
    together = Legs(
        *(np.concatenate([getattr(one, name) for one in legs]) for name in ("series", "day", "called", "distributed"))
    )
    histories = Histories.of(together, count)
    ends = np.arange(np.datetime64(FIRST_CALL, "M"), np.datetime64(LAST, "M") + 1)
    ends = ends[(ends.astype(int) + 1) % months == 0].astype("datetime64[M]")
    on = (ends + 1).astype("datetime64[D]") - 1
    series, day = np.repeat(np.arange(count), on.size), np.tile(on, count)
    called, distributed = histories.sums(series, day)
    values = Values.of(series, day, np.maximum(called * 3 // 2 - distributed, 0))
    measure(histories, values, Points(series, day), basis, histories)
