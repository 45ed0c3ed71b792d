"""What one quarter does to loans and deals: rating changes, defaults, cures, prepayments, sales, purchases, pay-downs.

Where the dates come from and how a state is written down does not belong here. Money in USD to the cent, prices per 100.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.samples import ratings
from ingestion.samples.assets import AssetState
from ingestion.samples.parameters import Deal, load_yaml
from ingestion.samples.schedule import payment_schedule
from ingestion.samples.story import Story

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Book:
    """A deal's terms, its holdings (places in the universe, par) and its principal cash."""

    deal: Deal
    held: Places
    par: npt.NDArray[np.float64]
    principal_cash: float


def first_books(rng: np.random.Generator, deals: tuple[Deal, ...], universe: pd.DataFrame, story: Story) -> list[Book]:
    """Holdings of the first workbook: pool and principal cash together make the deal's target."""
    books = []
    for deal in deals:
        fixed = {event.asset: event.holdings.get(deal.number, 0.0) for event in story.defaults}
        wanted = [asset for asset, par in fixed.items() if par > 0]
        free = np.setdiff1d(np.arange(story.assets_in_workbook), list(fixed))
        drawn = rng.choice(free, size=deal.holdings - len(wanted), replace=False)
        # No single holding above 1.1 percent of the pool: obligor limits stand at 2 to 2.5 percent.
        weights = np.minimum(np.exp(0.45 * rng.standard_normal(drawn.size)), 2.2)
        fixed_par = sum(fixed[asset] for asset in wanted)
        amount = deal.target - deal.principal_cash - fixed_par
        par = np.round(amount * weights / weights.sum(), 2)
        par[0] = round(par[0] + amount - par.sum(), 2)
        held = np.concatenate([drawn, np.array(wanted, dtype=np.int64)])
        order = np.argsort(held)
        books.append(
            Book(
                deal, held[order], np.concatenate([par, [fixed[asset] for asset in wanted]])[order], deal.principal_cash
            )
        )
    return books


def move_assets(
    rng: np.random.Generator,
    story: Story,
    universe: pd.DataFrame,
    state: AssetState,
    present: npt.NDArray[np.bool_],
    as_of: dt.date,
) -> AssetState:
    """Ratings, prices and defaults one quarter on. A rating change moves all loans of its issuer."""
    shape = load_yaml("clo_assets.yaml")
    rank, price, default_date = state.issuer_rank.copy(), state.price.copy(), state.default_date.copy()
    issuers = universe["issuer_id"].to_numpy()
    alone = np.isin(np.arange(len(universe)), list(story.special_assets))
    for count, step, allowed in ((story.upgrades, -1, rank > 11), (story.downgrades, 1, rank < 17)):
        candidates = np.flatnonzero(present & allowed & ~alone & ~universe["is_dip"].to_numpy())
        chosen = np.unique(issuers[rng.choice(candidates, size=count, replace=False)])
        rank[np.isin(issuers, chosen)] += step
    low, high = shape["price_range"]
    anchors = np.interp(
        rank, [ratings.rank_of(name) for name in shape["price_by_rating"]], list(shape["price_by_rating"].values())
    )
    drift = 0.35 * (anchors - price) + rng.normal(0.0, 0.45, size=price.size)
    price = np.clip(
        np.where(state.is_defaulted, price, price + drift), np.where(state.is_defaulted, 0.0, low), high
    ).round(3)
    for default in story.defaults:
        if default.date == as_of:
            default_date[default.asset], price[default.asset] = np.datetime64(as_of), default.price
    for cure in story.cures:
        if cure.date == as_of:
            default_date[cure.asset], price[cure.asset] = np.datetime64("NaT", "D"), cure.price
            rank[cure.asset] = ratings.rank_of(cure.moodys_issuer_rating)
    return AssetState(rank, state.facility_outlook, state.issuer_outlook, price, default_date)


def change_terms(book: Book, story: Story, as_of: dt.date) -> Book:
    """Amendments and refinancings that take effect on `as_of`."""
    deal = book.deal
    for change in story.deal_changes:
        if (change.deal, change.date) == (deal.number, as_of):
            ends = change.reinvestment_end or deal.dates.reinvestment_end
            deal = deal.model_copy(
                update={
                    "name": change.name or deal.name,
                    "dates": deal.dates.model_copy(update={"reinvestment_end": ends}),
                }
            )
    for refinancing in story.class_changes:
        if (refinancing.deal, refinancing.date) == (deal.number, as_of):
            terms = {"spread": refinancing.spread, "discount_margin": refinancing.discount_margin}
            deal = _with_class(deal, refinancing.class_name, terms)
    return replace(book, deal=deal)


def _with_class(deal: Deal, name: str, update: dict[str, float]) -> Deal:
    if name not in [item.name for item in deal.classes]:
        raise ValueError(f"clo_story.yaml: expected a class of deal {deal.number}, found {name!r}")
    classes = tuple(item.model_copy(update=update) if item.name == name else item for item in deal.classes)
    return deal.model_copy(update={"classes": classes})


def _current(deal: Deal, name: str) -> float:
    return next((item.current for item in deal.classes if item.name == name), 0.0)


def turn_over(
    rng: np.random.Generator,
    story: Story,
    books: list[Book],
    universe: pd.DataFrame,
    present: npt.NDArray[np.bool_],
    as_of: dt.date,
) -> tuple[npt.NDArray[np.bool_], Places, Places]:
    """Loans repaid in full leave and as many new ones enter: (present, places that left, places that entered)."""
    before = np.flatnonzero(present)
    free = before[~np.isin(before, list(story.special_assets))]
    left = np.sort(rng.choice(free, size=story.prepaid_loans, replace=False))
    waiting = np.flatnonzero(~present & (universe["issue_date"].to_numpy() <= np.datetime64(as_of)))
    waiting = waiting[waiting >= max(story.assets_in_workbook, before.max() + 1)]
    if waiting.size < left.size:
        raise ValueError(f"clo_story.yaml: expected {left.size} reserve assets issued by {as_of}, found {waiting.size}")
    entered = waiting[: left.size]
    after = present.copy()
    after[left] = False
    after[entered] = True
    return after, left, entered


def move_book(
    rng: np.random.Generator,
    story: Story,
    book: Book,
    state: AssetState,
    present: npt.NDArray[np.bool_],
    left: Places,
    entered: Places,
    period: tuple[dt.date, dt.date],
) -> Book:
    """A deal one quarter on: amortisation, prepayments, sales and purchases while reinvesting, else pay-down of the senior class."""
    since, as_of = period
    deal, cash = book.deal, book.principal_cash
    performing = ~state.is_defaulted[book.held]
    instalment = np.where(performing, np.round(book.par * story.amortisation_rate, 2), 0.0)
    par = np.round(book.par - instalment, 2)
    stays = ~np.isin(book.held, left)
    cash += instalment.sum() + par[~stays].sum()
    held, par = book.held[stays], par[stays]
    if as_of <= deal.dates.reinvestment_end:
        sellable = np.flatnonzero(~np.isin(held, list(story.special_assets)))
        sold = rng.choice(sellable, size=story.sales, replace=False)
        cash += np.round(par[sold] * state.price[held[sold]] / 100.0, 2).sum()
        held, par = np.delete(held, sold), np.delete(par, sold)
        held, par, cash = _purchases(rng, story, deal, state, present, entered, held, par, cash)
    payments = payment_schedule(deal).payment
    paid = bool(((payments > np.datetime64(since)) & (payments <= np.datetime64(as_of))).any())
    if paid and as_of > deal.dates.reinvestment_end and cash > 0:
        deal, cash = _pay_senior(deal, cash)
    if paid:
        deal = _pay_scheduled(deal, story, as_of)
    order = np.argsort(held)
    return Book(deal, held[order], par[order], round(float(cash), 2))


def _purchases(
    rng: np.random.Generator,
    story: Story,
    deal: Deal,
    state: AssetState,
    present: npt.NDArray[np.bool_],
    entered: Places,
    held: Places,
    par: npt.NDArray[np.float64],
    cash: float,
) -> tuple[Places, npt.NDArray[np.float64], float]:
    """Spend cash above a small reserve in tickets of about equal size; loans that just entered come first."""
    ticket = deal.target * story.ticket_share
    reserve = deal.target * 0.004 * rng.random()
    count = int(max(cash - reserve, 0.0) // ticket)
    buyable = present & ~state.is_defaulted & (state.issuer_rank < 17)
    buyable[held] = False
    buyable[list(story.special_assets)] = False
    fresh = entered[buyable[entered]]
    others = rng.permutation(np.setdiff1d(np.flatnonzero(buyable), fresh))
    bought = np.concatenate([rng.permutation(fresh), others])[:count]
    if bought.size == 0:
        return held, par, cash
    spend = (cash - reserve) / bought.size
    new_par = np.floor(min(spend, 2.2 * ticket) / state.price[bought] * 100.0 / 1000.0) * 1000.0
    cost = np.round(new_par * state.price[bought] / 100.0, 2).sum()
    return np.concatenate([held, bought]), np.concatenate([par, new_par]), cash - cost


def _pay_senior(deal: Deal, cash: float) -> tuple[Deal, float]:
    """Principal cash retires classes in order of seniority; Class X is left to its own schedule."""
    for item in deal.classes:
        if item.is_equity or item.name == "Class X":
            continue
        paid = round(float(min(cash, item.current)), 2)
        deal, cash = (
            _with_class(deal, item.name, {"current": round(item.current - paid, 2)}),
            round(float(cash - paid), 2),
        )
    return deal, cash


def _pay_scheduled(deal: Deal, story: Story, as_of: dt.date) -> Deal:
    """Pay-downs of the story: scheduled ones of Class X and interest diverted while a coverage test fails."""
    for scheduled in story.amortising_classes:
        if scheduled.deal == deal.number:
            left = max(_current(deal, scheduled.class_name) - scheduled.amount, 0.0)
            deal = _with_class(deal, scheduled.class_name, {"current": round(left, 2)})
    for payment in story.class_payments:
        if (payment.deal, payment.date) == (deal.number, as_of):
            left = max(_current(deal, payment.class_name) - payment.amount, 0.0)
            deal = _with_class(deal, payment.class_name, {"current": round(left, 2)})
    return deal
