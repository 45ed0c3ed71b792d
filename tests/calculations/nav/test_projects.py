"""The NAV of a project against the example of the specification; a product in two places counts once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.numbers import precise
from calculations.nav.projects import Member, ProductNav, ProjectNav, carry_limit, project_nav
from calculations.nav.rates import Conversion, exchange_rate, in_force
from calculations.nav.results import Unavailable
from calculations.nav.valuation_point import AgeLimit
from tests.calculations.nav_inputs import DAY, POINT, POLICY, RATES, D, rounded

QUOTES = in_force(RATES, POINT, POLICY)
ONE = dt.timedelta(days=1)
TWO_DAYS = AgeLimit(2, "DAYS")

amounts = st.decimals(-(10**9), 10**9, places=12, allow_nan=False, allow_infinity=False)
books = st.dictionaries(
    st.sampled_from("ABCDE"), st.tuples(st.sampled_from(["USD", "EUR", "GBP"]), amounts), min_size=1
)


def convert(held: str, wanted: str) -> Conversion:
    return exchange_rate(held, wanted, QUOTES, POINT, POLICY)


def member(product_id: str, net: str | None, currency: str = "USD", age: int = 0, **held: str) -> Member:
    values = {name: D(value) for name, value in held.items()}
    nav = None if net is None else ProductNav(product_id, DAY - age * ONE, currency, D(net), values)
    return Member(product_id, nav, TWO_DAYS)


def project(*members: Member, currency: str = "USD") -> ProjectNav:
    return project_nav("P", currency, POINT, members, convert)


E24 = (member("bond", "9650000"), member("building", "13300000", "EUR"), member("fund", "5340000", "GBP"))


def test_e24_net_assets_over_products_and_currencies() -> None:
    found = project(*E24)
    assert (found.net_assets, found.is_complete, found.reason) == (D("30838310"), True, None)
    assert [rounded(part.weight, 15) for part in found.parts] == [
        D("0.312922465595553"),
        D("0.467595662667636"),
        D("0.219481871736810"),
    ]
    # the source's mean of NAVs per share, weighted by total assets and blind to currency, is no value of anything
    with precise():
        blind = (D("98.765") * D("9.8") + D("13.30") * D("24.5") + D("101.58") * D("5.4")) / D("39.7")
    assert rounded(blind) == D("46.405012594458")
    assert found.net_assets != blind


def test_a_project_in_another_currency_has_the_same_weights() -> None:
    in_euro = project(*E24, currency="EUR")
    for ours, theirs in zip(in_euro.parts, project(*E24).parts, strict=True):
        assert rounded(ours.weight, 15) == rounded(theirs.weight, 15)
    assert in_euro.net_assets is not None
    with precise():
        assert rounded(in_euro.net_assets * D("1.0842"), 6) == D("30838310")


def test_what_a_product_holds_of_another_counts_once() -> None:
    # A is worth 100, 30 of it units of B; B is worth 50: together 120, not 150
    found = project(member("A", "100", B="30", OUTSIDE="7"), member("B", "50"))
    assert found.net_assets == D("120")
    assert [(part.net_assets, part.eliminated) for part in found.parts] == [(D("70"), D("30")), (D("50"), 0)]


def test_without_a_strike_of_every_product_the_project_is_incomplete() -> None:
    found = project(member("A", "100"), member("B", None))
    assert (found.is_complete, found.net_assets, found.known_net_assets) == (False, None, D("100"))
    assert (found.reason, {part.weight for part in found.parts}) == ("MISSING_STRIKE", {None})


@pytest.mark.parametrize(
    ("age", "is_complete", "reason"), [(0, True, None), (2, True, None), (3, False, "STALE_STRIKE")]
)
def test_a_strike_is_carried_within_its_limit(age: int, is_complete: bool, reason: str | None) -> None:
    found = project(member("A", "100"), member("B", "50", age=age))
    assert (found.is_complete, found.reason) == (is_complete, reason)
    assert found.parts[1].is_carried is (age > 0)


@pytest.mark.parametrize(
    ("nav_frequency", "limit"),
    [
        ("DAILY", AgeLimit(1, "BUSINESS_DAYS")),
        ("QUARTERLY", AgeLimit(120, "DAYS")),  # private marks, nav 3
        ("ANNUAL", AgeLimit(365, "DAYS")),  # appraisals, nav 3
        (None, AgeLimit(0, "DAYS")),
    ],
)
def test_how_long_a_strike_is_carried_follows_its_frequency(nav_frequency: str | None, limit: AgeLimit) -> None:
    assert carry_limit(nav_frequency) == limit


def test_a_currency_without_a_rate_is_unknown() -> None:
    found = project(member("A", "100"), member("B", "50", "SEK"))
    assert (found.reason, found.net_assets, found.parts[1].net_assets) == ("MISSING_FX", None, None)


@pytest.mark.parametrize("net", ["-100", "-150"])
def test_without_positive_net_assets_there_are_no_weights(net: str) -> None:
    found = project(member("A", "100"), member("B", net))
    assert found.is_complete
    assert found.net_assets == D("100") + D(net)
    assert (found.reason, {part.weight for part in found.parts}) == ("NON_POSITIVE_NET_ASSETS", {None})


def test_no_products_is_no_net_assets() -> None:
    found = project()
    assert (found.net_assets, found.known_net_assets, found.reason) == (None, None, "NO_PRODUCTS")


def test_a_product_twice_and_a_strike_of_tomorrow_are_refused() -> None:
    with pytest.raises(Unavailable, match="DUPLICATE_INPUT"):
        project(member("A", "1"), member("A", "1"))
    with pytest.raises(Unavailable, match="BAD_SCHEDULE"):
        project(member("A", "1", age=-1))


@given(books, st.randoms(use_true_random=False))
def test_parts_add_up_and_their_order_changes_nothing(book: dict[str, tuple[str, Decimal]], rng: Random) -> None:
    members = [member(name, str(net), currency) for name, (currency, net) in book.items()]
    found = project(*members)
    with precise():
        assert sum(part.net_assets for part in found.parts if part.net_assets is not None) == found.net_assets
        weights = [part.weight for part in found.parts if part.weight is not None]
        assert not weights or abs(sum(weights, D(0)) - 1) < D("1e-30") * (1 + max(map(abs, weights)))
    assert project(*rng.sample(members, len(members))) == found


@given(st.decimals(0, 10**6, places=12, allow_nan=False), st.decimals(0, 10**6, places=12, allow_nan=False))
def test_holding_one_another_creates_nothing(outside: Decimal, held: Decimal) -> None:
    """A owns `outside` and buys `held` of B, which puts the money into its own book: the project owns what it did."""
    with precise():
        alone = project(member("A", str(outside + held)), member("B", "5")).net_assets
        crossed = project(member("A", str(outside + held), B=str(held)), member("B", str(5 + held))).net_assets
        assert crossed == alone
