"""What always holds of a strike: it adds up, and order, lots and scale change nothing they should not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from calculations.nav import Position, ShareClass
from calculations.nav.numbers import precise
from tests.calculations.nav_inputs import D, cash, equity, fee, price, product, stated, struck, valued

CURRENCIES = {"A": "USD", "B": "EUR", "C": "GBX", "D": "CHF"}
PRICES = [
    price(name, text, CURRENCIES[name]) for name, text in zip("ABCD", ("10.5", "84.35", "1245.5", "7"), strict=True)
]
FEES = [fee("fee", "0.0075", "GROSS_VALUE", 9), stated("audit", "AUDIT", "36.1")]

amounts = st.decimals(min_value="0.001", max_value=10**9, places=12, allow_nan=False, allow_infinity=False)
quantities = st.dictionaries(st.sampled_from("ABCD"), amounts, min_size=1)
openings = st.lists(
    st.decimals(min_value=0, max_value=10**9, places=12, allow_nan=False, allow_infinity=False), min_size=1, max_size=6
).filter(lambda weights: sum(weights) > 0)


def holdings(held: dict[str, Decimal]) -> list[Position]:
    return [equity(name, str(quantity), CURRENCIES[name]) for name, quantity in held.items()]


def share_classes(weights: list[Decimal]) -> list[ShareClass]:
    return [
        ShareClass(f"class-{number}", "USD" if number % 2 else "EUR", 4, D(1000 + number), weight)
        for number, weight in enumerate(weights)
    ]


@given(quantities, openings)
def test_classes_add_up_to_net_assets_and_lines_too(held: dict[str, Decimal], weights: list[Decimal]) -> None:
    hedge = valued("HEDGE", "UNREALISED", share_class_id="class-0", unrealised_value=D("-21873.44"))
    result = struck(product(), [*holdings(held), hedge], PRICES, FEES, share_classes(weights))
    assert result.status == "STRUCK"
    with precise():
        assert sum(nav.net_assets for nav in result.classes if nav.net_assets is not None) == result.net_assets
        assert sum(line.base_amount for line in result.lines if line.base_amount is not None) == result.net_assets
        assert result.total_assets is not None
        assert result.total_liabilities is not None
        assert result.total_assets - result.total_liabilities == result.net_assets


@given(quantities, openings, st.randoms(use_true_random=False))
def test_the_order_of_the_inputs_changes_nothing(held: dict[str, Decimal], weights: list[Decimal], rng: Random) -> None:
    positions, classes = [*holdings(held), cash("-3.5")], share_classes(weights)
    straight = struck(product(), positions, PRICES, FEES, classes)
    shuffled = [rng.sample(each, len(each)) for each in (positions, PRICES, FEES, classes)]
    assert struck(product(), *shuffled) == straight  # type: ignore[arg-type]


@given(quantities, st.data())
def test_splitting_a_lot_changes_nothing(held: dict[str, Decimal], data: st.DataObject) -> None:
    lots: list[Position] = []
    for whole in holdings(held):
        with precise():
            part = data.draw(st.decimals(min_value=0, max_value=whole.quantity, places=12))
            rest = whole.quantity - part
        lots += [replace(whole, lot_id="a", quantity=part), replace(whole, lot_id="b", quantity=rest)]
    one, two = struck(product(), holdings(held), PRICES, FEES), struck(product(), lots, PRICES, FEES)
    assert (two.net_assets, two.total_assets, two.classes) == (one.net_assets, one.total_assets, one.classes)
    assert [line.base_amount for line in two.lines] == [line.base_amount for line in one.lines]


@given(
    st.dictionaries(
        st.sampled_from("AB"), st.decimals(min_value="0.01", max_value=10**9, places=2, allow_nan=False), min_size=1
    ),
    st.integers(min_value=1, max_value=10**6),
)
def test_net_assets_scale_with_the_holdings_and_nav_per_share_does_not(held: dict[str, Decimal], factor: int) -> None:
    # cents x prices x rates of at most 8 decimals, so no line is rounded and the scale is exact
    one = struck(product("1000"), holdings(held), PRICES)
    many = {name: quantity * factor for name, quantity in held.items()}
    scaled = struck(product(str(1000 * factor)), holdings(many), PRICES)
    with precise():
        assert one.net_assets is not None
        assert scaled.net_assets == one.net_assets * factor
    assert scaled.classes[0].nav_per_share == one.classes[0].nav_per_share


@given(quantities)
def test_a_long_and_a_short_position_cancel(held: dict[str, Decimal]) -> None:
    longs = holdings(held)
    shorts = [replace(each, quantity=each.quantity.copy_negate(), leg="SHORT") for each in longs]
    result = struck(product(), [*longs, *shorts], PRICES)
    assert (result.net_assets, result.total_assets) == (0, result.total_liabilities)
