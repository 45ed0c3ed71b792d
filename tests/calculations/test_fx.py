"""Conversion at quoted rates. V15 of fund-admin section 6, from the quotes it names and from the ECB's own file."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.fx import Conversion, Quote, Quotes, convert
from calculations.money import minor_unit

ECB = Path(__file__).parents[3] / "shared" / "data" / "market" / "ecb_eurofxref_hist.csv"
CENT = minor_unit(2)

SUNDAY, FRIDAY, YEAR_END = dt.date(2023, 12, 31), dt.date(2023, 12, 29), dt.date(2024, 12, 31)
INLINE = Quotes.of(
    [
        ("EUR", "USD", FRIDAY, Decimal("1.1050")),
        ("EUR", "GBP", FRIDAY, Decimal("0.86905")),
        ("EUR", "USD", YEAR_END, Decimal("1.0389")),
        ("EUR", "GBP", YEAR_END, Decimal("0.82918")),
        ("EUR", "JPY", YEAR_END, Decimal("163.06")),
    ]
)


@pytest.fixture(scope="module", params=["named in the example", "published by the ECB"])
def quotes(request: pytest.FixtureRequest) -> Quotes:
    if request.param == "named in the example":
        return INLINE
    if not ECB.is_file():
        pytest.skip("the ECB reference rates do not stand beside the project (../shared/data/market)")
    with ECB.open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["Date"] >= "2023"]
    return Quotes.of(
        ("EUR", currency, dt.date.fromisoformat(row["Date"]), Decimal(row[currency]))
        for row in rows
        for currency in ("USD", "GBP", "JPY")
    )


@pytest.mark.parametrize(
    ("amount", "source", "day", "expected", "quoted_on"),
    [
        ("1000000", "GBP", SUNDAY, "1271503.37", FRIDAY),  # 1.1050 / 0.86905, a Sunday takes Friday's quotes
        ("1000000", "GBP", YEAR_END, "1252924.58", YEAR_END),  # 1.0389 / 0.82918
        ("100000000", "JPY", YEAR_END, "637127.44", YEAR_END),  # 1.0389 / 163.06
    ],
)
def test_amounts_cross_through_the_euro(
    quotes: Quotes, amount: str, source: str, day: dt.date, expected: str, quoted_on: dt.date
) -> None:
    result = convert(Decimal(amount), source, "USD", day, quotes, CENT)
    assert (result.amount, result.reason) == (Decimal(expected), None)
    assert {(quote.base, quote.quote, quote.day) for quote in result.quotes} == {
        ("EUR", "USD", quoted_on),
        ("EUR", source, quoted_on),
    }


def test_the_result_has_the_minor_unit_of_its_currency() -> None:
    result = convert(Decimal("10.00"), "EUR", "JPY", YEAR_END, INLINE, minor_unit(0))
    assert (result.amount, result.quotes) == (
        Decimal(1631),  # 1630.6, half-up to a yen
        (Quote("EUR", "JPY", YEAR_END, Decimal("163.06")),),
    )


@pytest.mark.parametrize(("amount", "expected"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.00499", "0.00")])
def test_halves_round_away_from_zero(amount: str, expected: str) -> None:
    even = Quotes.of([("EUR", "USD", YEAR_END, Decimal(1))])
    assert convert(Decimal(amount), "EUR", "USD", YEAR_END, even, CENT).amount == Decimal(expected)


def test_a_quote_is_used_against_its_direction() -> None:
    assert convert(Decimal("1.0389"), "USD", "EUR", YEAR_END, INLINE, CENT).amount == Decimal("1.00")


def test_the_pair_itself_goes_before_the_cross() -> None:
    own = Quotes.of(
        [
            ("GBP", "USD", YEAR_END, Decimal("1.25")),
            ("EUR", "USD", YEAR_END, Decimal("1.0389")),
            ("EUR", "GBP", YEAR_END, Decimal("0.82918")),
        ]
    )
    assert convert(Decimal(100), "GBP", "USD", YEAR_END, own, CENT).amount == Decimal("125.00")
    assert convert(Decimal(125), "USD", "GBP", YEAR_END, own, CENT).amount == Decimal("100.00")


def test_a_pair_that_is_too_old_gives_way_to_a_cross_that_is_not() -> None:
    own = Quotes.of(
        [
            ("GBP", "USD", dt.date(2019, 1, 2), Decimal("1.25")),
            ("EUR", "USD", YEAR_END, Decimal("2")),
            ("EUR", "GBP", YEAR_END, Decimal("1")),
        ]
    )
    assert convert(Decimal(100), "GBP", "USD", YEAR_END, own, CENT).amount == Decimal("200.00")


def test_both_legs_of_a_cross_are_of_one_day() -> None:
    monday, tuesday = dt.date(2024, 6, 3), dt.date(2024, 6, 4)
    gap = Quotes.of(
        [
            ("EUR", "USD", monday, Decimal("2")),
            ("EUR", "USD", tuesday, Decimal("4")),
            ("EUR", "GBP", monday, Decimal("1")),  # not quoted on Tuesday
        ]
    )
    result = convert(Decimal(100), "GBP", "USD", tuesday, gap, CENT)
    assert (result.amount, {quote.day for quote in result.quotes}) == (Decimal("200.00"), {monday})


def test_a_quote_is_good_for_seven_days() -> None:
    week, day_after = YEAR_END + dt.timedelta(7), YEAR_END + dt.timedelta(8)
    assert convert(Decimal(1), "EUR", "USD", week, INLINE, CENT).amount == Decimal("1.04")
    assert convert(Decimal(1), "EUR", "USD", day_after, INLINE, CENT) == Conversion(None, "FX_STALE")
    assert convert(Decimal(1), "GBP", "USD", day_after, INLINE, CENT) == Conversion(None, "FX_STALE")
    assert convert(Decimal(1), "EUR", "USD", week, INLINE, CENT, max_age_days=1).reason == "FX_STALE"


@pytest.mark.parametrize(
    ("source", "target", "day"),
    [
        ("EUR", "CHF", YEAR_END),  # never quoted
        ("CHF", "USD", YEAR_END),  # one leg never quoted
        ("EUR", "USD", FRIDAY - dt.timedelta(1)),  # first quoted the day after
    ],
)
def test_without_a_quote_there_is_no_amount(source: str, target: str, day: dt.date) -> None:
    assert convert(Decimal(1), source, target, day, INLINE, CENT) == Conversion(None, "FX_MISSING")


def test_one_currency_needs_no_quote() -> None:
    assert convert(Decimal("1.005"), "CHF", "CHF", YEAR_END, INLINE, CENT) == Conversion(Decimal("1.01"))


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([("EUR", "EUR", FRIDAY, Decimal(1))], ValueError, "two currencies, found EUR/EUR on 2023-12-29"),
        ([("EUR", "USD", FRIDAY, Decimal(0))], ValueError, "rate EUR/USD on 2023-12-29 must be a number above zero"),
        ([("EUR", "USD", FRIDAY, 1.1)], TypeError, "must be a Decimal, found float 1.1"),
        (
            [("EUR", "USD", FRIDAY, Decimal("1.1")), ("EUR", "USD", FRIDAY, Decimal("1.2"))],
            ValueError,
            "one value a day, found 1.1 and 1.2 on 2023-12-29",
        ),
    ],
)
def test_what_is_no_quote_is_refused(rows: list[tuple[str, str, dt.date, Decimal]], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        Quotes.of(rows)


rates = st.decimals(min_value="0.0001", max_value="30000", places=5, allow_nan=False, allow_infinity=False)


@given(st.integers(-(10**15), 10**15), rates, rates)
def test_a_cross_is_rounded_once(units: int, source_rate: Decimal, target_rate: Decimal) -> None:
    quotes = Quotes.of([("EUR", "AAA", FRIDAY, source_rate), ("EUR", "BBB", FRIDAY, target_rate)])
    amount = Decimal(units).scaleb(-2)
    converted = convert(amount, "AAA", "BBB", FRIDAY, quotes, CENT).amount
    assert converted is not None
    exact = Fraction(amount) * Fraction(target_rate) / Fraction(source_rate)
    assert abs(Fraction(converted) - exact) <= Fraction(1, 200)
    assert convert(-amount, "AAA", "BBB", FRIDAY, quotes, CENT).amount == -converted
