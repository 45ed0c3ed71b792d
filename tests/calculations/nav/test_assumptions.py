"""Assumptions: dated, sourced, most specific first, and never a default. Source: input-contracts 4.2 (Assumptions)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from calculations.nav.assumptions import Assumptions
from calculations.nav.results import Assumption, Unavailable

DAY = dt.date(2026, 3, 10)
SCOPES = [("PRODUCT", "p"), ("PRODUCT_TYPE", "energy")]


def assumption(value: str | None, scope: str = "PRODUCT", scope_id: str = "p", **more: object) -> Assumption:
    terms: dict[str, object] = {
        "name": "CPR",
        "as_of": DAY,
        "tenor": "",
        "source": "COMMITTEE",
        "unit": "FRACTION",
        "text": None,
    }
    return Assumption(
        scope_type=scope,
        scope_id=scope_id,
        value=None if value is None else Decimal(value),
        **(terms | more),  # type: ignore[arg-type]
    )


def test_the_latest_one_by_the_day_counts() -> None:
    known = [
        assumption("0.1", as_of=DAY - dt.timedelta(days=40)),
        assumption("0.2"),
        assumption("0.3", as_of=DAY + dt.timedelta(days=1)),
    ]
    assert Assumptions(known, DAY, SCOPES).value("cpr") == Decimal("0.2")


def test_the_most_specific_scope_wins_over_a_later_one_of_a_wider_scope() -> None:
    known = [assumption("0.1", as_of=DAY - dt.timedelta(days=40)), assumption("0.2", "PRODUCT_TYPE", "energy")]
    assert Assumptions(known, DAY, SCOPES).value("CPR") == Decimal("0.1")
    of_company = assumption("0.4", "ISSUER", "x")
    assert Assumptions([*known, of_company], DAY, SCOPES).value("CPR", scopes=[("ISSUER", "x")]) == Decimal("0.4")


def test_one_past_its_last_day_does_not_count() -> None:
    known = [
        assumption("0.1", valid_until=DAY - dt.timedelta(days=1)),
        assumption("0.2", "PRODUCT_TYPE", "energy", valid_until=DAY),
    ]
    assert Assumptions(known, DAY, SCOPES).value("CPR") == Decimal("0.2")


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ([], "MISSING_ASSUMPTION"),
        ([assumption("0.1", scope_id="another")], "MISSING_ASSUMPTION"),
        ([assumption("0.1", tenor="1Y")], "MISSING_ASSUMPTION"),
        ([assumption(None, text="ten percent")], "MISSING_ASSUMPTION"),
        ([assumption("10", unit="COUNT")], "UNIT_MISMATCH"),
        ([assumption("0.1"), assumption("0.2", source="VENDOR")], "DUPLICATE_INPUT"),
    ],
)
def test_what_is_not_assumed_is_an_error(known: list[Assumption], reason: str) -> None:
    with pytest.raises(Unavailable) as refused:
        Assumptions(known, DAY, SCOPES).value("CPR")
    assert refused.value.reason == reason


def test_what_was_taken_is_remembered_and_nothing_else() -> None:
    taken, other = assumption("0.1"), assumption("0.5", name="CDR")
    known = Assumptions([taken, other], DAY, SCOPES)
    known.value("CPR")
    known.value("CPR")
    assert known.used == (taken,)


def test_all_tenors_of_one_scope_are_given_together() -> None:
    known = [
        assumption("0.01", tenor="1Y"),
        assumption("0.03", tenor="2Y"),
        assumption("0.9", "PRODUCT_TYPE", "energy", tenor="3Y"),
    ]
    assert Assumptions(known, DAY, SCOPES).by_tenor("CPR") == {"1Y": Decimal("0.01"), "2Y": Decimal("0.03")}
