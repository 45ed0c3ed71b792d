"""Exchange rates of a strike: E-21 of nav.md 8, and which quote is taken at a cut-off. Expected values stated beside."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from calculations.nav import AgeLimit, Rate
from calculations.nav.numbers import precise
from calculations.nav.rates import Conversion, exchange_rate, in_force
from tests.calculations.nav_inputs import EURUSD, GBPUSD, POINT, POLICY, RATES, D, rate, rounded

MONDAY, FRIDAY = dt.date(2026, 3, 9), dt.date(2026, 3, 6)


def found(held: str, wanted: str, *rates: Rate, point=POINT) -> Conversion:  # type: ignore[no-untyped-def]
    return exchange_rate(held, wanted, in_force(rates or RATES, point, POLICY), point, POLICY)


@pytest.mark.parametrize(
    ("held", "wanted", "decimals", "expected"),
    [
        ("EUR", "GBP", 15, "0.855384615384615"),
        ("USD", "EUR", 15, "0.922339051835455"),
        ("GBP", "JPY", 5, "191.87415"),
        ("CHF", "JPY", 15, "170.722905153941581"),
    ],
)
def test_e21_inverse_and_crosses(held: str, wanted: str, decimals: int, expected: str) -> None:
    conversion = found(held, wanted)
    assert conversion.reason is None
    assert rounded(conversion.rate, decimals) == D(expected)


def test_e21_an_amount_in_yen() -> None:
    conversion = found("JPY", "EUR")
    assert conversion.rate is not None
    with precise():
        assert rounded(D("125000000") * conversion.rate) == D("761609.073057417355")


def test_one_currency_needs_no_rate() -> None:
    assert found("USD", "USD") == Conversion(rate=D(1))


def test_no_rate_is_never_one() -> None:
    conversion = found("SEK", "USD")
    assert (conversion.rate, conversion.reason) == (None, "MISSING_FX")
    assert "SEK to USD" in (conversion.detail or "")


def test_a_cross_is_as_old_as_its_older_leg() -> None:
    older = replace(GBPUSD, as_of=MONDAY)
    conversion = found("EUR", "GBP", EURUSD, older)
    assert (conversion.as_of, conversion.quotes) == (MONDAY, (EURUSD, older))


def test_the_latest_day_at_the_cutoff_counts_then_the_first_source() -> None:
    after = rate("EURUSD", "9", dt.datetime(2026, 3, 10, 17, 0, 1, tzinfo=dt.UTC))
    other = rate("EURUSD", "1.09", source="INTERNAL")
    assert found("EUR", "USD", replace(EURUSD, as_of=MONDAY, rate=D("1.05")), EURUSD, other, after).rate == EURUSD.rate


@pytest.mark.parametrize(("as_of", "reason"), [(MONDAY, None), (FRIDAY, "STALE_FX")])
def test_a_rate_is_stale_after_one_business_day(as_of: dt.date, reason: str | None) -> None:
    conversion = found("EUR", "USD", replace(EURUSD, as_of=as_of))
    assert (conversion.rate, conversion.reason) == (D("1.0842"), reason)


def test_a_weekend_and_a_holiday_do_not_age_a_rate() -> None:
    # Tuesday 2026-02-17: Monday the 16th is a holiday, so Friday the 13th is one business day back
    tuesday = replace(POINT, date=dt.date(2026, 2, 17), cutoff=dt.datetime(2026, 2, 17, 17, tzinfo=dt.UTC))
    assert found("EUR", "USD", replace(EURUSD, as_of=dt.date(2026, 2, 13)), point=tuesday).reason is None
    assert found("EUR", "USD", replace(EURUSD, as_of=dt.date(2026, 2, 12)), point=tuesday).reason == "STALE_FX"


def test_a_fresh_cross_goes_before_a_stale_direct_quote() -> None:
    conversion = found("EUR", "GBP", rate("EURGBP", "0.9", FRIDAY), EURUSD, GBPUSD)
    assert conversion.quotes == (EURUSD, GBPUSD)


@pytest.mark.parametrize(
    ("rates", "reason"),
    [
        ((EURUSD, replace(EURUSD, rate=D("1.09"))), "DUPLICATE_INPUT"),
        ((replace(EURUSD, rate=D(0)),), "DOMAIN"),
    ],
)
def test_contradicting_and_impossible_rates_are_not_used(rates: tuple[Rate, ...], reason: str) -> None:
    other_ways = (rate("USDEUR", "0.92"), rate("EURGBP", "0.86"), GBPUSD)
    conversion = found("EUR", "USD", *rates, *other_ways)
    assert (conversion.rate, conversion.reason) == (None, reason)


def test_an_unknown_source_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"source must be one of .*; found 'RUMOUR'"):
        found("EUR", "USD", rate("EURUSD", "1.1", source="RUMOUR"))


def test_ages_in_hours_are_measured_to_the_cutoff() -> None:
    hour = AgeLimit(1, "HOURS")
    assert not POINT.is_older(dt.datetime(2026, 3, 10, 16, tzinfo=dt.UTC), hour)
    assert POINT.is_older(dt.datetime(2026, 3, 10, 15, 59, tzinfo=dt.UTC), hour)


def test_a_cutoff_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="cut-off must have a time zone"):
        replace(POINT, cutoff=dt.datetime(2026, 3, 10, 17))
