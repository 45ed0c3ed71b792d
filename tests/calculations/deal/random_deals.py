"""Random deals of every structural family, and random collateral for them. No expected values here."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

from calculations.clo.deal.load import from_document
from calculations.clo.deal.payment_dates import PaymentDates
from calculations.clo.deal.shape import Shape, expand
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_flows import PoolFlows

START = dt.date(2024, 1, 15)
QUARTERS = (dt.date(2024, 4, 15), dt.date(2024, 7, 15), dt.date(2024, 10, 15), dt.date(2025, 1, 15))
SENIOR = ((("A",),), (("A-1",), ("A-2",)), (("A",), ("B-1", "B-2")))
MEZZANINE = ((), (("C",),), (("C",), ("D",)), (("C-1", "C-2"), ("D",), ("E",)))
DATES = PaymentDates(START, START, QUARTERS)


def number(draw: st.DrawFn, low: int, high: int, scale: int = 1) -> Decimal:
    return Decimal(draw(st.integers(low, high))) / scale


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A deal as a document, with lists of a random shape."""
    senior, mezzanine = draw(st.sampled_from(SENIOR)), draw(st.sampled_from(MEZZANINE))
    labels = [group[-1] for group in (*senior[-1:], *mezzanine)]
    alone = draw(st.integers(0, len(labels)))
    shape = Shape(
        senior=senior,
        deferrable=mezzanine,
        tested=tuple(labels[:alone]),
        tested_without_ic=tuple(labels[alone:]),
        deferred_interest=draw(st.sampled_from(["before_test", "after_test"])),
        junior_fee=draw(st.sampled_from(["before_diversion", "after_diversion"])),
        interest_in_notes_list=draw(st.sampled_from(["none", "deferrable", "all"])),
        reinvest_everything=draw(st.sampled_from(["never", "reinvesting_unless_liquidating"])),
        principal_cure=draw(st.sampled_from(["principal", "interest"])),
    )
    groups = (*senior, *mezzanine)
    notes: dict[str, Any] = {
        name: {
            "original_balance": number(draw, 0, 60_000_000),
            "spread": number(draw, 100, 900, 10_000),
            **({"deferrable": True, "deferred": number(draw, 0, 500_000)} if group in mezzanine else {}),
        }
        for group in groups
        for name in group
    }
    notes["sub"] = {"original_balance": Decimal(10_000_000), "equity": True}
    tests: dict[str, Any] = {}
    above: list[str] = []
    for group in groups:
        above += group
        if group[-1] in labels:
            tests[f"OC-{group[-1]}"] = {"kind": "oc", "trigger": number(draw, 95, 140, 100), "denominator": [*above]}
        if group[-1] in shape.tested:
            fees = ["trustee", "base"]
            ic = {"kind": "ic", "trigger": number(draw, 95, 180, 100), "denominator": [*above], "less_fees": fees}
            tests[f"IC-{group[-1]}"] = ic
    tests["ID"] = {"kind": "oc", "trigger": number(draw, 100, 140, 100), "denominator": [*above]}
    return {
        "deal": "random",
        "notes": notes,
        "tests": tests,
        "fees": {
            "trustee": {"kind": "beginning", "fixed": Decimal(100_000)},
            "admin": {"kind": "average", "rate": Decimal("0.0002"), "interest_spread": Decimal("0.02")},
            "base": {"kind": "beginning", "rate": Decimal("0.0015"), "unpaid": number(draw, 0, 100_000)},
            "junior": {"kind": "average", "rate": Decimal("0.0035"), "interest_spread": Decimal("0.01")},
        },
        "beginning_fee_basis": Decimal(100_000_000),
        "incentive": {
            "hurdle": Decimal("0.12"),
            "share": Decimal("0.2"),
            "history": [{"date": dt.date(2023, 1, 15), "amount": -number(draw, 1_000, 9_000_000)}],
        },
        "dates": {
            "closing": dt.date(2023, 1, 15),
            "reinvestment_end": draw(st.sampled_from([dt.date(2023, 1, 1), QUARTERS[1], QUARTERS[3]])),
            "stated_maturity": QUARTERS[3],
        },
        "reinvestment": {
            "during": {
                "type": draw(st.sampled_from(["all_principal", "unscheduled_principal"])),
                "share": Decimal("0.8"),
            },
            "after": {"type": draw(st.sampled_from(["unscheduled_principal", "none"]))},
        },
        "event_of_default": {"ratio": {"denominator": list(senior[0]), "trigger": number(draw, 50, 130, 100)}},
        "call": {"price": Decimal("0.97")},
        "lists": expand(shape),
    }


def deal_of(document: dict[str, Any]) -> Deal:
    return from_document(document, "random.yaml")


@st.composite
def pools(draw: st.DrawFn, scenarios: int = 3) -> PoolFlows:
    """Collateral of four quarters that may fall short of everything; amounts are whole, seeded by one integer."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    flows = PoolFlows.zeros(scenarios, 4)
    size = rng.uniform(10e6, 150e6, scenarios)
    keep = np.cumprod(1 - rng.uniform(0, 0.3, (scenarios, 4)), axis=1)
    flows.performing[:] = np.round(size[:, None] * np.concatenate([np.ones((scenarios, 1)), keep], axis=1))
    paid = -np.diff(flows.performing, axis=1)
    flows.scheduled[:] = np.round(paid * rng.uniform(0, 0.6, (scenarios, 4)))
    flows.unscheduled[:] = np.round(paid * rng.uniform(0, 0.4, (scenarios, 4)))
    flows.interest[:] = np.round(flows.performing[:, :-1] * rng.uniform(0, 0.03, (scenarios, 4)))
    flows.recoveries[:] = np.round(rng.uniform(0, 1e6, (scenarios, 4)))
    flows.defaulted[:, 1:] = np.round(rng.uniform(0, 4e6, (scenarios, 4)))
    flows.defaulted_value[:, 1:] = np.round(flows.defaulted[:, 1:] * 0.6)
    return flows
