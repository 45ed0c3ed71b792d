"""How the demo unfolds: assets and deals on each date of the story. Sheets and files do not belong here.

Each date is reached from the one before; the same seed gives the same history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.samples import events
from ingestion.samples.assets import AssetState, asset_rows, build_universe, initial_state
from ingestion.samples.events import Book
from ingestion.samples.fixings import RatePath, libor_path
from ingestion.samples.measures import test_results
from ingestion.samples.parameters import Deal
from ingestion.samples.schedule import Schedule, current_period, payment_schedule
from ingestion.samples.story import Story


@dataclass(frozen=True)
class DealState:
    """One deal on one date. Holdings: places in the universe and par in USD; rates are fractions."""

    deal: Deal  # terms as they stand on the date, current class balances included
    schedule: Schedule
    period: int  # row of the schedule that is paid next
    held: npt.NDArray[np.int64]
    par: npt.NDArray[np.float64]
    principal_cash: float
    interest_cash: float
    original_libor: float
    current_libor: float
    results: dict[int, float]
    previous: dict[int, float]

    @property
    def debt(self) -> float:
        return sum(item.current for item in self.deal.classes if not item.is_equity)


@dataclass(frozen=True)
class Snapshot:
    """Everything one workbook states: asset rows (index: place in the universe) and the deals."""

    as_of: dt.date
    assets: pd.DataFrame
    deals: tuple[DealState, ...]
    libor: RatePath
    seed: int


def pool(assets: pd.DataFrame, held: npt.NDArray[np.int64], par: npt.NDArray[np.float64]) -> pd.DataFrame:
    """The asset rows of a deal's holdings with the par held in column `par`."""
    return assets.loc[held].assign(par=par)


def current_libor(deal: Deal, schedule: Schedule, period: int, libor: RatePath) -> tuple[float, float]:
    """Original and current index rate: the fixing of the closing date, and that of the running period once it is not the first."""
    original = float(libor.latest(np.array([deal.dates.closing], dtype="datetime64[D]"))[0]) / 100.0
    if period == 0:
        return original, original
    return original, float(libor.latest(schedule.determination[period : period + 1])[0]) / 100.0


def unfold(story: Story, deals: tuple[Deal, ...], seed: int) -> Iterator[Snapshot]:
    """Snapshots of the story's dates in order."""
    first = story.dates[0]
    count = story.assets_in_workbook + story.reserve_assets
    universe = build_universe(
        np.random.default_rng([seed, 1]), count, first, story.assets_in_workbook, story.special_assets
    )
    state = initial_state(universe)
    present = np.arange(count) < story.assets_in_workbook
    libor = libor_path(seed)
    books = events.first_books(np.random.default_rng([seed, 2]), deals, universe, story)
    previous: dict[int, dict[int, float]] = {}
    for step, as_of in enumerate(story.dates):
        if step:
            rng = np.random.default_rng([seed, 3, step])
            period = (story.dates[step - 1], as_of)
            state = events.move_assets(rng, story, universe, state, present, as_of)
            books = [events.change_terms(book, story, as_of) for book in books]
            present, left, entered = events.turn_over(rng, story, books, universe, present, as_of)
            books = [events.move_book(rng, story, book, state, present, left, entered, period) for book in books]
        snapshot = _snapshot(universe[present], state, books, as_of, libor, previous, present, seed)
        previous = {item.deal.number: item.results for item in snapshot.deals}
        yield snapshot


def _at(state: AssetState, present: npt.NDArray[np.bool_]) -> AssetState:
    return AssetState(
        state.issuer_rank[present],
        state.facility_outlook[present],
        state.issuer_outlook[present],
        state.price[present],
        state.default_date[present],
    )


def _snapshot(
    terms: pd.DataFrame,
    state: AssetState,
    books: list[Book],
    as_of: dt.date,
    libor: RatePath,
    previous: dict[int, dict[int, float]],
    present: npt.NDArray[np.bool_],
    seed: int,
) -> Snapshot:
    three_month = float(libor.latest(np.array([as_of], dtype="datetime64[D]"))[0]) / 100.0
    assets = asset_rows(terms, _at(state, present), as_of, {"3M Libor": three_month, "6M Libor": three_month + 0.0025})
    found = []
    for book in books:
        schedule = payment_schedule(book.deal)
        period = current_period(book.deal, schedule, as_of)
        original, current = current_libor(book.deal, schedule, period, libor)
        holdings = pool(assets, book.held, book.par)
        days = (np.datetime64(as_of) - schedule.collection_begin[period]).astype(int)
        # Interest of the running collection period so far, less a random part not yet received.
        received = 0.72 + 0.2 * np.random.default_rng([seed, 4, book.deal.number, as_of.toordinal()]).random()
        live = holdings[~holdings["is_default_obligation"]]
        interest = round(float((live["coupon"] * live["par"]).sum() * max(days, 1) / 360.0 * received), 2)
        debt = sum(item.current for item in book.deal.classes if not item.is_equity)
        results = test_results(holdings, book.principal_cash, book.deal, current, debt)
        found.append(
            DealState(
                book.deal, schedule, period, book.held, book.par, book.principal_cash, interest,
                original, current, results, previous.get(book.deal.number, results),
            )
        )  # fmt: skip
    return Snapshot(as_of, assets, tuple(found), libor, seed)


def restated(snapshot: Snapshot, story: Story) -> Snapshot:
    """The corrected state of a date already sent: other cash and one par of one deal."""
    change = story.restatement
    deals = []
    for item in snapshot.deals:
        if item.deal.number == change.principal_cash["deal"]:
            item = replace(item, principal_cash=round(item.principal_cash + change.principal_cash["add"], 2))
        if item.deal.number == change.collateral["deal"]:
            place = np.flatnonzero(item.held == int(change.collateral["asset"]))
            if place.size != 1:
                raise ValueError(
                    f"clo_story.yaml, restatement: expected deal {item.deal.number} to hold asset {change.collateral['asset']}"
                )
            par = item.par.copy()
            par[place[0]] = change.collateral["par"]
            item = replace(item, par=par)
        deals.append(item)
    return replace(snapshot, deals=tuple(deals))
