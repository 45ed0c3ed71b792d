"""The return of a project against the example of the specification; money that comes in is no return."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.numbers import precise
from calculations.nav.project_returns import ClassValue, Return, product_return, project_return
from tests.calculations.nav.test_projects import E24, member, project
from tests.calculations.nav_inputs import D, rounded

amounts = st.decimals("0.01", 10**6, places=4, allow_nan=False, allow_infinity=False)


def value(net: str, shares: str | None = "100", name: str = "A", distributed: str = "0") -> ClassValue:
    return ClassValue(name, D(net), None if shares is None else D(shares), D(distributed))


def test_e24_returns_by_opening_weight() -> None:
    returns = {"bond": Return(D("0.0012")), "building": Return(D("-0.0005")), "fund": Return(D("0.0071"))}
    found = project_return(project(*E24), returns)
    assert found.rate is not None
    with precise():
        assert rounded(found.rate * 100) == D("0.170003041671")


def test_a_product_return_is_per_share_and_in_the_currency_of_the_project() -> None:
    # 10.00 to 10.50 a share, 50 shares more; EURUSD 1.00 to 1.10: 1.05 x 1.10 - 1
    found = product_return([value("1000")], [value("1575", "150")], D("1.00"), D("1.10"))
    assert found.rate == D("0.155")


def test_what_went_ex_is_part_of_the_return() -> None:
    assert product_return([value("1000")], [value("950", distributed="0.50")], D(1), D(1)).rate == 0


def test_classes_count_by_their_opening_net_assets() -> None:
    # A 3,000 +10 %, B 1,000 -2 %: (300 - 20) / 4,000; C opened since
    opening = [value("3000"), value("1000", name="B")]
    closing = [value("3300"), value("980", name="B"), value("77", name="C")]
    assert product_return(opening, closing, D(1), D(1)).rate == D("0.07")


@pytest.mark.parametrize(
    ("opening", "closing", "reason"),
    [
        ([], [value("1")], "NO_OPENING"),
        ([value("0")], [value("1")], "NON_POSITIVE_NET_ASSETS"),
        ([value("-1"), value("5", name="B")], [value("1")], "NON_POSITIVE_NET_ASSETS"),
        ([value("1", None)], [value("1")], "NO_NAV_PER_SHARE"),
        ([value("1")], [value("1", None)], "NO_NAV_PER_SHARE"),
        ([value("1")], [], "NO_NAV_PER_SHARE"),
    ],
)
def test_a_product_return_that_is_unknown(opening: list[ClassValue], closing: list[ClassValue], reason: str) -> None:
    assert product_return(opening, closing, D(1), D(1)) == Return(None, reason)  # type: ignore[arg-type]


def test_a_project_return_that_is_unknown() -> None:
    both = project(member("A", "1"), member("B", "1"))
    assert project_return(both, {"A": Return(D(0))}) == Return(None, "NO_NAV_PER_SHARE")
    assert project_return(both, {"A": Return(D(0)), "B": Return(None, "NO_OPENING")}) == Return(None, "NO_OPENING")
    assert project_return(project(member("A", None)), {}) == Return(None, "INCOMPLETE_OPENING")
    assert project_return(project(), {}) == Return(None, "INCOMPLETE_OPENING")
    assert project_return(project(member("A", "-1")), {}) == Return(None, "NON_POSITIVE_NET_ASSETS")


@given(amounts, amounts, amounts, amounts)
def test_a_subscription_at_the_nav_is_no_return(net: Decimal, shares: Decimal, close: Decimal, bought: Decimal) -> None:
    with precise():
        more = ClassValue("A", close + bought * close / shares, shares + bought)
        opening = [ClassValue("A", net, shares)]
        with_flow = product_return(opening, [more], D(1), D(1)).rate
        without = product_return(opening, [ClassValue("A", close, shares)], D(1), D(1)).rate
        assert with_flow is not None
        assert without is not None
        assert abs(with_flow - without) < D("1e-30") * (1 + abs(without))


@given(amounts, amounts, st.decimals("-0.5", "0.5", places=6, allow_nan=False))
def test_a_project_whose_products_earn_the_same_earns_it_too(one: Decimal, other: Decimal, rate: Decimal) -> None:
    opening = project(member("A", str(one)), member("B", str(other), "EUR"))
    found = project_return(opening, {"A": Return(rate), "B": Return(rate)})
    assert found.rate is not None
    with precise():
        assert abs(found.rate - rate) < D("1e-40")
