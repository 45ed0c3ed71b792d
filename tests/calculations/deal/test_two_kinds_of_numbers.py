"""One payment date in exact cents against the projection in doubles: the same lists, the same answer to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from calculations.clo import deal
from calculations.clo.deal import PaymentDates, read_inputs, run_payment_date
from calculations.clo.pool_flows import PoolFlows
from tests.calculations.deal.random_deals import QUARTERS, START, deal_of, documents, pools

INDEX = "0.05"
ROUNDING = 2.0  # roundings of half a cent, of which a principal cure makes up to a hundred times as much


def rows(document: dict[str, Any], flows: PoolFlows, basis: str) -> list[dict[str, Any]]:
    principal = flows.principal[0, 0]
    cells: list[tuple[str, str, str, Any]] = [
        ("period", "-", "accrual_start", START),
        ("period", "-", "accrual_end", QUARTERS[0]),
        ("proceeds", "interest", "collected", str(flows.interest[0, 0])),
        ("proceeds", "principal", "collected", str(principal)),
        ("index", "-", "level", INDEX),
        ("par", "performing", "amount", str(flows.performing[0, 1])),
        ("par", "defaulted_value", "amount", str(flows.defaulted_value[0, 1])),
        *(("par", name, "amount", "0") for name in ("unfunded_reserved", "discount_adjustment", "ccc_haircut")),
        ("par", "purchased_accrued", "amount", "0"),
    ]
    for name, note in document["notes"].items():
        if not note.get("equity"):
            cells.append(("note", name, "opening_balance", note["original_balance"]))
            cells.append(("note", name, "opening_deferred", note.get("deferred", 0)))
            cells.append(("note", name, "opening_unpaid", 0))
    for name, fee in document["fees"].items():
        cells.append(("fee", name, "opening_unpaid", fee.get("unpaid", 0)))
        cells.append(("fee", name, "basis", basis))
    return [
        {"payment_date": QUARTERS[0], "role": "input", "item": item, "key": key, "measure": measure, "value": value}
        for item, key, measure, value in cells
    ]


@settings(max_examples=25, deadline=None)
@given(documents(), pools(scenarios=1))
def test_a_payment_date_in_cents_is_the_projection_to_rounding(document: dict[str, Any], flows: PoolFlows) -> None:
    for fee in document["fees"].values():
        fee["kind"] = "beginning"
    for note in document["notes"].values():  # a cent of a class of one unit moves its IC cure by a whole pool
        note["original_balance"] = max(note["original_balance"], Decimal(1_000_000))
    terms = deal_of({**document, "reinvestment": {"during": {"type": "all_principal"}}})
    first = PoolFlows(
        **{
            name: getattr(flows, name)[:, : 1 + (getattr(flows, name).shape[1] == 5)]
            for name in PoolFlows.__dataclass_fields__
        }
    )
    dates = PaymentDates(START, START, QUARTERS[:1], ends_at_maturity=False)
    projected = deal.run_liabilities(terms, first, dates, np.array([float(INDEX)]))
    exact = run_payment_date(terms, read_inputs(rows(document, flows, "100000000")))
    assert exact.payment_date == dt.date(2024, 4, 15)
    assert exact.in_default == bool(projected.event_of_default[0, 0])
    for name, note in exact.notes.items():
        other = projected.notes[name]
        for figure, amounts in (
            (note.interest_paid, other.interest_paid),
            (note.deferred_paid, other.deferred_repaid),
            (note.principal_paid, other.principal_paid),
        ):
            assert float(figure) == pytest.approx(float(amounts[0, 0]), abs=ROUNDING)
    assert float(exact.sub_interest) == pytest.approx(float(projected.equity.interest[0, 0]), abs=ROUNDING)
    assert float(exact.sub_principal) == pytest.approx(float(projected.equity.principal[0, 0]), abs=ROUNDING)
    given_cash = exact.interest_pool + exact.principal_pool
    paid = sum((line.paid for line in exact.steps if line.kind not in ("cover", "divert", "move")), given_cash * 0)
    assert paid == given_cash
