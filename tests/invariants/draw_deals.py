"""Random deal files of every structural family, from a seeded source. What is laid upon one to give it features is in
`draw_features`; no pools, no expected values.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

from calculations.clo.deal.shape import Group, Shape, expand
from calculations.months import add_months, as_date
from tests.invariants.draw_pools import ANALYSIS

Document = dict[str, Any]
CLOSING = dt.date(2023, 1, 16)
SENIOR: tuple[tuple[Group, ...], ...] = ((("A",),), (("A-1",), ("A-2",)), (("A",), ("B-1", "B-2")))
MEZZANINE: tuple[tuple[Group, ...], ...] = (
    (),
    (("C",),),
    (("C",), ("D",)),
    (("C-1", "C-2"), ("D",), ("E",)),
    (("C",), ("D",), ("E",), ("F",)),
)
DAY_COUNTS = ("ACT/360", "ACT/360", "ACT/365", "30/360", "30E/360", "ACT/ACT")


def number(source: Random, low: int, high: int, scale: int = 1) -> Decimal:
    """A whole number of `1 / scale`, exact."""
    return Decimal(source.randint(low, high)) / scale


def month_later(date: dt.date, months: int) -> dt.date:
    return as_date(add_months(date, months))


def draw_deal(source: Random, par: float, periods: int, months: int, *, plain: bool) -> Document:
    """A deal file over a pool of `par`, with `periods` payment dates left, each so many `months` after the last.

    A `plain` deal is what the scalar waterfall covers: no feature of clo-extensions, one default list.
    """
    shape = _shape(source, plain=plain)
    groups = (*shape.senior, *shape.deferrable)
    is_strong = source.random() < 0.5
    notes = _notes(source, shape, par, is_strong=is_strong, plain=plain)
    first = month_later(ANALYSIS.replace(day=15), source.randint(0, months - 1))
    ends = [month_later(first, months * number) for number in range(periods)]
    return {
        "deal": "random",
        "notes": notes,
        "tests": _tests(source, shape, notes, par, is_strong=is_strong, plain=plain),
        "fees": _fees(source, plain=plain),
        "beginning_fee_basis": Decimal(round(par)),
        "incentive": {
            "hurdle": number(source, 0, 20, 100),
            "share": number(source, 5, 30, 100),
            "history": [
                {"date": CLOSING, "amount": -number(source, 1_000, 9_000_000)},
                {"date": dt.date(2023, 10, 16), "amount": number(source, 0, 300_000)},
            ],
        },
        "dates": {
            "closing": CLOSING,
            "first_payment": month_later(first, -12),  # so that what accrued until the first date left is one period's
            "stated_maturity": ends[-1] + dt.timedelta(days=14),
            "payment_day": source.choice((15, 15, 20, 28)),
            "months_between_payments": months,
            "determination_lag": source.randint(0, 10),
            "index_lag": source.randint(0, 3),
            "convention": source.choice(("FOLLOWING", "MOD FOLLOWING")),
            "reinvestment_end": source.choice((dt.date(2023, 6, 1), ends[len(ends) // 2], ends[-1])),
            **({"no_call": source.choice(ends)} if source.random() < 0.5 else {}),
        },
        "reinvestment": {
            "during": {
                "type": source.choice(("all_principal", "all_principal", "unscheduled_principal")),
                "share": number(source, 50, 100, 100),
            },
            "after": {"type": source.choice(("unscheduled_principal", "none")), "share": number(source, 20, 100, 100)},
        },
        "event_of_default": {"ratio": {"denominator": list(groups[0]), "trigger": number(source, 40, 115, 100)}},
        "call": _call(source, ends, plain=plain),
        "lists": expand(shape),
    }


def _shape(source: Random, *, plain: bool) -> Shape:
    senior, mezzanine = source.choice(SENIOR), source.choice(MEZZANINE)
    labels = [group[-1] for group in (*senior[-1:], *mezzanine)]
    alone = source.randint(0, len(labels))
    return Shape(
        senior=senior,
        deferrable=mezzanine,
        tested=tuple(labels[:alone]),
        tested_without_ic=tuple(labels[alone:]),
        deferred_interest=source.choice(("before_test", "after_test")),
        junior_fee=source.choice(("before_diversion", "after_diversion")),
        interest_in_notes_list=source.choice(("none", "deferrable", "all")),
        reinvest_everything=source.choice(("never", "never", "reinvesting_unless_liquidating")),
        principal_cure=source.choice(("principal", "interest")),
        beside_first="X" if not plain and source.random() < 0.2 else None,
    )


def _notes(source: Random, shape: Shape, par: float, *, is_strong: bool, plain: bool) -> Document:
    """Classes that sum to less than the pool, or to as much as half more than it where the deal is not `is_strong`."""
    names = [name for group in (*shape.senior, *shape.deferrable) for name in group]
    deferrable = {name for group in shape.deferrable for name in group}
    weights = [source.uniform(0.1, 0.6) if name in deferrable else source.uniform(0.5, 3.0) for name in names]
    size = par * source.choice((0.5, 0.7, 0.85) if is_strong else (0.8, 0.95, 1.1, 1.5)) / sum(weights)
    margin = 300 if is_strong else 900
    found: Document = {}
    for name, weight in zip(names, weights, strict=True):
        note: Document = {
            "original_balance": Decimal(0) if source.random() < 0.03 else Decimal(round(weight * size)),
            "day_count": "ACT/360" if plain else source.choice(DAY_COUNTS),
        }
        if source.random() < 0.15:
            note["fixed"] = number(source, 100, margin, 10_000)
        else:
            note["spread"] = number(source, 100, margin, 10_000)
        if name in deferrable:
            note |= {"deferrable": True, "deferred": number(source, 0, 1) * number(source, 0, 500_000)}
        if source.random() < 0.2:
            note |= {"price": number(source, 60, 105, 100), "discount_margin": number(source, 100, 900, 10_000)}
        if not plain:
            _vary_note(source, note, is_deferrable=name in deferrable)
        found[name] = note
    if shape.beside_first is not None:
        balance = Decimal(round(par * source.uniform(0.005, 0.03)))
        found[shape.beside_first] = {
            "original_balance": balance,
            "fixed": number(source, 100, 500, 10_000),
            "instalment": balance / 4,
        }
    sub = Decimal(round(par * 0.1))
    found["sub"] = {"original_balance": sub, "equity": True, "price": number(source, 30, 110, 100)}
    return found


def _vary_note(source: Random, note: Document, *, is_deferrable: bool) -> None:
    if source.random() < 0.15:
        note["accrue"] = "unadjusted"
    if "spread" in note and source.random() < 0.2:
        note["index_floor"] = number(source, 0, 600, 10_000)
    if is_deferrable and source.random() < 0.25:
        note["deferrable"] = {"unless": "controlling"}
    if not is_deferrable and source.random() < 0.1:
        note["unpaid"] = number(source, 0, 200_000)


def _tests(source: Random, shape: Shape, notes: Document, par: float, *, is_strong: bool, plain: bool) -> Document:
    """Triggers around the ratios that the deal begins with: mostly below, sometimes above them."""
    found: Document = {}
    above: list[str] = []

    def trigger(low: float, high: float) -> Decimal:
        owed = max(float(sum(notes[name]["original_balance"] for name in above)), 0.1 * par)
        return Decimal(round(100 * max(par / owed * source.uniform(low, high), 0.2))) / 100

    most, least_interest = (0.9, 10) if is_strong else (1.05, 80)

    for group in (*shape.senior, *shape.deferrable):
        above += group
        label = group[-1]
        oc: Document = {"kind": "oc", "trigger": trigger(0.6, most), "denominator": [*above]}
        ic: Document = {"kind": "ic", "trigger": number(source, least_interest, 150, 100), "denominator": [*above]}
        ic["less_fees"] = ["trustee", "base"]
        if not plain:
            if source.random() < 0.1:
                oc["numerator"] = "plain_par"
            if source.random() < 0.1:
                oc["passes"] = ic["passes"] = "at_least"
            if source.random() < 0.1:
                ic["less_paid_before"] = {"interest": list(shape.senior[0])}
        if label in (*shape.tested, *shape.tested_without_ic):
            found[f"OC-{label}"] = oc
        if label in shape.tested:
            found[f"IC-{label}"] = ic
    found["ID"] = {"kind": "oc", "trigger": trigger(0.8, 1.2), "denominator": [*above]}
    return found


def _fees(source: Random, *, plain: bool) -> Document:
    return {
        "trustee": {"kind": "beginning", "fixed": number(source, 1, 200_000)},
        "admin": {"kind": "average", "rate": number(source, 0, 10, 10_000), "interest_spread": Decimal("0.02")},
        "base": {"kind": "beginning", "rate": number(source, 5, 40, 10_000), "unpaid": number(source, 0, 100_000)},
        "junior": {
            "kind": "average",
            "rate": number(source, 10, 60, 10_000),
            "interest_spread": Decimal("0.01"),
            "day_count": "ACT/360" if plain else source.choice(DAY_COUNTS),
        },
    }


def _call(source: Random, ends: list[dt.date], *, plain: bool) -> Document:
    found: Document = {"price": number(source, 80, 102, 100)}
    if source.random() < 0.3:
        found["distribution_below"] = number(source, 0, 5, 100)
    if not plain and source.random() < 0.15:
        found["also_on"] = [source.choice(ends)]
    if not plain and source.random() < 0.1:
        found["never_before"] = source.choice(ends)
    return found
