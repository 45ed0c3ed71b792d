"""Collectibles by an indexed appraisal or comparables: E-16, every error of nav 2 (M-COL), and what must always hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.methods.appraisals import Comparable, comparable_value, indexed_value, weight_by_age
from calculations.nav.numbers import precise
from calculations.nav.results import Strike, Unavailable
from tests.calculations.nav.evidence import assumed, closing, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, rounded

D = Decimal
ITEM = {"valuation_id": "v", "subject_id": "VIOLIN", "valuation_date": DAY, "currency": "USD", "amount": D(1000)}
APPRAISED = ITEM | {"method": "EXTERNAL_APPRAISAL"}
INDEXED = ITEM | {"method": "INDEXED", "index_id": "IDX", "valuation_date": dt.date(2024, 3, 11)}
LEVELS = [closing("IDX", "100", as_of=dt.date(2024, 3, 11)), closing("IDX", "110")]
COMPARED = ITEM | {"method": "COMPARABLE"}


def reason(result: Strike) -> str:
    assert result.status == "FAILED"
    return str(result.failures[0].reason)


def item(*valuations: dict[str, Any], product: dict[str, Any] | None = None, **sheets: Any) -> Strike:
    return struck(evidence("collectible", product or {}, valuations=valuations, **sheets))


def test_e16_a_painting_by_its_index_less_storage() -> None:
    result = struck(example("collectible", "example-e-16"))
    assert result.status == "STRUCK"
    assert result.lines[0].base_amount == D("1289283.962726826876")
    assert result.net_assets == D("1286914.647658333725")
    assert result.fair_value_level == 3
    levels = {each.name: each.value for each in result.measures}
    assert levels == {"INDEX_LEVEL": D("214.6"), "INDEX_BASE_LEVEL": D("203.9")}


def test_an_appraisal_is_valid_for_a_year_and_with_an_index_for_two() -> None:
    assert item(APPRAISED | {"valuation_date": dt.date(2025, 3, 10)}).net_assets == 1000
    assert reason(item(APPRAISED | {"valuation_date": dt.date(2025, 3, 9)})) == "STALE_APPRAISAL"
    assert item(INDEXED, prices=LEVELS).net_assets == 1100
    older = INDEXED | {"valuation_date": dt.date(2024, 3, 9)}
    assert reason(item(older, prices=LEVELS)) == "STALE_APPRAISAL"


def test_comparables_count_less_the_older_they_are() -> None:
    # half-life of a year: 1200 x 1.1 and weight 1, 800 and weight a half (exactly 365 days)
    rows = [
        COMPARED | {"amount": D(1200), "comparable_adjustment": D("1.1")},
        COMPARED | {"valuation_id": "w", "amount": D(800), "valuation_date": dt.date(2025, 3, 10)},
        COMPARED | {"valuation_id": "x", "amount": D(9), "valuation_date": dt.date(2026, 3, 11)},
    ]
    result = item(*rows, assumptions=[assumed("HALF_LIFE", "1", "YEARS")])
    with precise():
        assert result.net_assets == rounded((1320 + D("0.5") * 800) / D("1.5"))
    weighed = [row | {"comparable_weight": D(weight)} for row, weight in zip(rows, ("1", "3", "1"), strict=True)]
    assert item(*weighed).net_assets == (1320 + 3 * 800) / D(4)


@given(
    prices=st.lists(st.decimals(1, 1000, places=2), min_size=1, max_size=5),
    ages=st.lists(st.decimals(0, 9, places=2), min_size=5, max_size=5),
)
def test_comparables_lie_between_their_prices_in_any_order(prices: list[Decimal], ages: list[Decimal]) -> None:
    known = [Comparable(price, weight_by_age(age, D(2))) for price, age in zip(prices, ages, strict=False)]
    with precise():
        found = comparable_value(known)
        assert min(prices) - D("1e-40") <= found <= max(prices) + D("1e-40")
        assert abs(comparable_value(known[::-1]) - found) < D("1e-40")


def test_a_half_life_halves() -> None:
    assert weight_by_age(D(0), D(3)) == 1
    assert weight_by_age(D(6), D(3)) == D("0.25")


@pytest.mark.parametrize(("level", "base", "adjustment"), [("0", "1", "0"), ("1", "0", "0"), ("1", "1", "-1.1")])
def test_levels_that_carry_nothing_on(level: str, base: str, adjustment: str) -> None:
    with pytest.raises(Unavailable) as raised:
        indexed_value(D(1), D(level), D(base), D(adjustment))
    assert raised.value.reason == "DOMAIN"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (INDEXED | {"index_id": None}, "MISSING_TERMS"),
        (INDEXED | {"index_id": "OTHER"}, "MISSING_PRICE"),
        (INDEXED | {"amount": None}, "MISSING_TERMS"),
        (INDEXED | {"condition_adjustment": D("-1.2")}, "DOMAIN"),
        (COMPARED, "MISSING_ASSUMPTION"),
        (COMPARED | {"comparable_weight": D(0)}, "DOMAIN"),
        (COMPARED | {"comparable_weight": D(1), "valuation_date": dt.date(2025, 3, 9)}, "STALE_APPRAISAL"),
        (APPRAISED | {"currency": None}, "MISSING_TERMS"),
        (APPRAISED | {"method": "DIRECT_CAP"}, "UNKNOWN_SUBTYPE"),
    ],
)
def test_an_item_that_cannot_be_valued_fails_the_strike(row: dict[str, Any], expected: str) -> None:
    assert reason(item(row, prices=LEVELS)) == expected


def test_comparables_of_several_currencies_do_not_mix() -> None:
    other = COMPARED | {"valuation_id": "w", "currency": "EUR", "valuation_date": dt.date(2026, 1, 1)}
    assert reason(item(COMPARED | {"comparable_weight": D(1)}, other)) == "UNIT_MISMATCH"


def test_the_index_of_the_product_serves_where_the_appraisal_names_none() -> None:
    assert item(INDEXED | {"index_id": None}, product={"price_index_id": "IDX"}, prices=LEVELS).net_assets == 1100


def test_what_is_sold_is_worth_its_cash() -> None:
    cash = {"product_id": "p", "instrument_id": "CASH-USD", "holding_type": "CASH", "quantity": D(5), "currency": "USD"}
    held = cash | {"leg": "LONG", "as_of_date": DAY}
    assert item(APPRAISED, product={"sale_date": DAY}, holdings=[held]).net_assets == 5
    assert item(APPRAISED, product={"sale_date": DAY + dt.timedelta(days=1)}, holdings=[held]).net_assets == 1005
