"""The events of a fund's life for its waterfall, out of rows of its sheets. Transfers are in `fund_waterfall_transfers`, whose terms rule in `fund_waterfall_terms`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Ints
from calculations.funds.waterfall.distribution import Proceeds
from calculations.funds.waterfall.events import Event, EventKind
from calculations.funds.waterfall.participation import spread
from calculations.funds.waterfall.state import EXPENSES
from calculations.funds.waterfall.terms import Start
from orchestration.assets.fund_waterfall_inputs import Columns, Row, StatedFund

BOUGHT = ("PURCHASE", "FOLLOW_ON")
SOLD = ("PROCEEDS", "RETURN_OF_CAPITAL")
# What people decide and the carry ledger records; the rest of the ledger follows from distributions.
DECIDED = {"CLAWBACK_PAID": EventKind.CLAWBACK, "GIVEBACK": EventKind.GIVEBACK}
PROCEEDS = {"INCOME": Proceeds.INCOME, "DIVIDEND": Proceeds.INCOME, "RECAPITALISATION": Proceeds.RECAPITALISATION}
TAX_ADVANCE = "TAX_ADVANCE"

Days = NDArray[np.datetime64]
StartOf = Callable[[int, dt.date], Start]


def contributions(stated: StatedFund, count: int, start_of: StartOf) -> Iterator[Event]:
    """What partners paid in: for the investments that a call names or its money bought, else for fees and expenses.

    Money that repays a line is for what the line had paid for. Interest of late partners is outside their commitment
    and no contribution. Each partner's money earns from the date that its terms name. Source: fund-admin 2.2, 1.4.
    """
    investments = sorted({row["investment_id"] for row in stated.rows["transactions"]})
    places = {investment: i for i, investment in enumerate(investments)}
    excused = np.zeros((len(investments), count))
    for row in stated.rows["excuses"]:
        if row["investment_id"] in places:
            excused[places[row["investment_id"]], row["place"]] = row["share_excused"] or 1
    free = np.rint((1 - excused) * 10**6).astype(np.int64)
    draws = {row["facility_transaction_id"]: row["investment_id"] for row in stated.rows["draws"]}
    moved = _reallocated(stated)
    calls = stated.columns["calls"]
    for first, last in calls.runs("call_id"):
        call = calls.part(first, last)
        extra = [line for notice in call["notice_id"] for line in moved.get(notice, ())]
        legs = _legs(call, extra)
        dates = _earning_dates(legs, start_of)
        cost = _bought(stated, call, places)
        for date in np.unique(dates[~np.isnat(dates)]):
            day: dt.date = date.astype(object)
            own = dates == date
            amount, invested, repaid = (
                _by_partner(legs, name, own, count) for name in ("amount", "invested", "repaid")
            )
            weights = (cost * 1.0)[:, None] * free
            whole = np.maximum(weights.max(), 1) if weights.size else 1
            by_investment = spread(invested, np.rint(weights / whole * 2**40).astype(np.int64))
            drawn_for = draws.get(call["facility_transaction_id"][0])
            if drawn_for in places:
                by_investment[places[drawn_for]] += repaid
            rest = amount - by_investment.sum(axis=0)
            for investment, part in [*zip(investments, by_investment, strict=True), (EXPENSES, rest)]:
                if part.any():
                    code = f"{call['call_id'][0]}|{investment}|{day}"
                    yield Event(code, day, EventKind.CONTRIBUTION, part, investment)


def _legs(call: Columns, extra: Sequence[Row]) -> Columns:
    """The notices of a call and what of them other commitments took over, in proportion to what they were for.

    A closing moves no management fee, so that what it moves is of the rest alone. Source: fund-admin E-2, E-4.
    """
    names = ("place", "amount", "invested", "repaid", "due_date", "paid_date", "line_draw_date")
    if not extra:
        return call
    at = {notice: i for i, notice in enumerate(call["notice_id"])}
    rows: dict[str, list[object]] = {name: list(call[name]) for name in names}
    for line in extra:
        i = at[line["original_notice_id"]]
        fee = int(call["fee"][i]) if line["is_of_closing"] else 0
        share = Fraction(line["amount"], int(call["amount"][i]) - fee or 1)
        rows["place"].append(line["place"])
        rows["amount"].append(line["amount"])
        for name in ("invested", "repaid"):
            rows[name].append(round(int(call[name][i]) * share))
        for name in ("due_date", "paid_date", "line_draw_date"):
            rows[name].append(call[name][i])
    return Columns({name: np.array(values, dtype=call[name].dtype) for name, values in rows.items()})


def _reallocated(stated: StatedFund) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in stated.rows["reallocations"]:
        found[row["original_notice_id"]].append(row)
    return found


def _earning_dates(legs: Columns, start_of: StartOf) -> Days:
    """From when each leg earns; not a date where the terms say when it is paid and it is not."""
    starts = [
        start_of(int(place), due.astype(object)) for place, due in zip(legs["place"], legs["due_date"], strict=True)
    ]
    due: Days = legs["due_date"]
    by_start = {
        Start.DUE_DATE: due,
        Start.PAID_DATE: legs["paid_date"],
        Start.LINE_DRAW_DATE: np.where(np.isnat(legs["line_draw_date"]), due, legs["line_draw_date"]),
    }
    dates = due.copy()
    for start in set(starts) - {Start.DUE_DATE}:
        own = np.array([one == start for one in starts], np.bool_)
        dates[own] = by_start[start][own]
    return dates


def _bought(stated: StatedFund, call: Columns, places: Mapping[str, int]) -> Ints:
    """What the investments of a call cost, (investments,): those that name it, the one that it names, else all so far."""
    cost = np.zeros(len(places), dtype=np.int64)
    purchases = [row for row in stated.rows["transactions"] if row["transaction_type"] in BOUGHT]
    call_id, investment, due = call["call_id"][0], call["investment_id"][0], call["due_date"].min().astype(object)
    own = [row for row in purchases if row["call_id"] == call_id]
    if not own and investment in places:
        cost[places[investment]] = 1
        return cost
    for row in own or [row for row in purchases if row["event_date"] <= due]:
        cost[places[row["investment_id"]]] += row["amount"]
    return cost


def _by_partner(legs: Columns, name: str, own: NDArray[np.bool_], count: int) -> Ints:
    amounts = np.zeros(count, dtype=np.int64)
    np.add.at(amounts, legs["place"][own].astype(np.int64), legs[name][own])
    return amounts


def distributions(stated: StatedFund, count: int) -> Iterator[tuple[str, Event]]:
    """Ids of distributions with what was paid out, before carry: for the investments whose proceeds it is, with the part of their cost that left.

    A distribution of several investments is one event of each. A tax advance is the GP's, out of what all who pay
    carry would have had. Source: fund-admin 1.5 D-1, D-6; 2.5.
    """
    relieved = _relieved(stated)
    sources: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    sold: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in stated.rows["transactions"]:
        if row["distribution_id"] is not None and row["amount"]:
            sources[row["distribution_id"]][row["investment_id"]] += row["amount"]
            if row["transaction_id"] in relieved:
                sold[row["distribution_id"], row["investment_id"]].append(row["transaction_id"])
    paid = stated.columns["distributions"]
    for first, last in paid.runs("distribution_id"):
        part = paid.part(first, last)
        code, kind, day = part["distribution_id"][0], part["distribution_type"][0], part["distribution_date"][0]
        date = day.astype(object)
        amounts = _by_partner(part, "amount", np.ones(len(part), dtype=np.bool_), count)
        if kind == TAX_ADVANCE:
            yield code, Event(code, date, EventKind.TAX_ADVANCE, total=int(amounts.sum()))
            continue
        proceeds = PROCEEDS.get(kind, Proceeds.CAPITAL)
        of = sources.get(code) or {part["investment_id"][0] or EXPENSES: 1}
        weights = np.array(list(of.values()), dtype=np.int64)[:, None] * np.ones((1, count), dtype=np.int64)
        for investment, own in zip(of, spread(amounts, weights), strict=True):
            left = Fraction(1)
            for transaction in sold[code, investment]:
                left *= 1 - relieved[transaction]
            is_sale = bool(sold[code, investment]) and proceeds == Proceeds.CAPITAL
            share = 1 - left if is_sale else None
            event_id = f"{code}|{investment}"
            yield (
                code,
                Event(event_id, date, EventKind.DISTRIBUTION, own, investment, proceeds, on_cost=share),
            )


def _relieved(stated: StatedFund) -> Mapping[str, Fraction]:
    """The part of the cost then remaining that left with each sale, by transaction."""
    found: dict[str, Fraction] = {}
    for row, cost in _with_cost(stated.rows["transactions"]):
        if row["transaction_type"] in SOLD and row["cost_relieved"] is not None and cost > 0:
            found[row["transaction_id"]] = Fraction(min(row["cost_relieved"], cost), cost)
    return found


def _with_cost(transactions: Sequence[Row]) -> Iterator[tuple[Row, int]]:
    """Each transaction with the cost of its investment before it, in order of days."""
    remaining: dict[str, int] = defaultdict(int)
    for row in transactions:
        yield row, remaining[row["investment_id"]]
        if row["transaction_type"] in BOUGHT:
            remaining[row["investment_id"]] += row["amount"]
        elif row["cost_relieved"] is not None:
            remaining[row["investment_id"]] -= row["cost_relieved"]


def write_downs(stated: StatedFund) -> Iterator[Event]:
    """Permanent write-downs, write-offs and what takes them back, on each unit of cost."""
    for row, cost in _with_cost(stated.rows["transactions"]):
        kind, code = row["transaction_type"], row["transaction_id"]
        if cost <= 0 or kind not in ("WRITE_DOWN", "WRITE_OFF", "WRITE_UP"):
            continue
        if kind == "WRITE_OFF" or row["is_permanent"]:
            share = Fraction(1) if kind == "WRITE_OFF" else min(Fraction(row["amount"], cost), Fraction(1))
            signed = -share if kind == "WRITE_UP" else share
            yield Event(code, row["event_date"], EventKind.WRITE_DOWN, None, row["investment_id"], on_cost=signed)


def valuations(stated: StatedFund) -> Iterator[Event]:
    """Fair values on each unit of cost that then remains."""
    for row in stated.rows["values"]:
        if row["remaining_cost"]:
            rate = Fraction(max(row["fair_value"], 0), row["remaining_cost"])
            code = f"{row['investment_id']}|{row['valuation_date']}"
            yield Event(code, row["valuation_date"], EventKind.VALUATION, None, row["investment_id"], on_cost=rate)


def decisions(stated: StatedFund) -> Iterator[Event]:
    """Carry returned and distributions given back, as the carry ledger records them."""
    for row in stated.rows["ledger"]:
        if row["entry_type"] in DECIDED:
            yield Event(row["entry_id"], row["event_date"], DECIDED[row["entry_type"]], total=row["amount"])
