"""What may be assumed of a pool. Rules are those of clo-collateral-engine 1.1 and 3."""

from __future__ import annotations

from typing import Any

import pytest

from calculations.clo.scenarios import RATING, Assumptions, ReinvestmentTerms, Scenario, Scenarios, vector


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"cpr": 1.5}, "cpr must be a fraction from 0 to 1, found 1.5 in period 1"),
        ({"cdr": (0.1, -0.1)}, "cdr must be a fraction from 0 to 1, found -0.1 in period 2"),
        ({"severity": float("nan")}, "severity must be a fraction"),
        ({"cpr": ()}, "cpr must be a rate or at least one rate by period"),
        ({"lag_months": -1}, "lag_months must be a whole number >= 0, found -1"),
        ({"lag_months": 1.5}, "lag_months must be a whole number >= 0, found 1.5"),
    ],
)
def test_impossible_assumptions_are_errors(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Assumptions(**given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"price": 0.0}, "price must be a fraction of par > 0"),
        ({"maturity_months": 0}, "maturity_months must be"),
        ({"spread": float("nan")}, "spread of reinvested loans"),
        ({"floor": 3.0}, "floor of reinvested loans"),
        ({"assumptions": Assumptions(cdr=RATING)}, "must be a rate, found 'RATING'"),
    ],
)
def test_impossible_reinvestment_terms_are_errors(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ReinvestmentTerms(**{"spread": 0.03, "floor": 0.0, "maturity_months": 12, **given})


def test_scenarios_have_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="found 'base' 2 times"):
        Scenarios.of([Scenario("base"), Scenario("base")])
    with pytest.raises(ValueError, match="at least one scenario"):
        Scenarios.of([])
    with pytest.raises(ValueError, match="must have a name"):
        Scenario(" ")
    with pytest.raises(ValueError, match="liquidation_price must be"):
        Scenario("base", liquidation_price=-0.1)
    assert Scenarios.of([Scenario("a"), Scenario("b")]).names == ("a", "b")


def test_a_constant_is_a_vector_of_one() -> None:
    assert vector(0.2) == (0.2,)
    assert vector((0.1, 0.2)) == (0.1, 0.2)
