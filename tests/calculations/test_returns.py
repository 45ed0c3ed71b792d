"""Money-weighted returns and multiples. V numbers name the worked examples of fund-admin section 6."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from random import Random

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations import roots
from calculations.returns import Return, dpi, horizon, moic, pic, rvpi, since_inception, tvpi, xirr

START = dt.date(2021, 1, 1)
V1_DATES = [dt.date(2008, 1, 1), dt.date(2008, 3, 1), dt.date(2008, 10, 30), dt.date(2009, 2, 15), dt.date(2009, 4, 1)]
V1_AMOUNTS = [-10_000, 2_750, 4_250, 3_250, 2_750]


def yearly(count: int) -> list[dt.date]:
    """Days exactly 365 apart, so that a year of the rate is a year of the example."""
    return [START + dt.timedelta(365 * year) for year in range(count)]


def D(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


cents = st.integers(min_value=-(10**12), max_value=10**12).map(lambda units: Decimal(units).scaleb(-2))
dated_flows = st.lists(st.tuples(st.integers(0, 5_000), cents), min_size=1, max_size=12)


def result_of(flows: list[tuple[int, Decimal]]) -> Return:
    return xirr([START + dt.timedelta(day) for day, _ in flows], [amount for _, amount in flows])


# V1: the published 0.373362535 is the exact root 0.3733625335 cut off.
@pytest.mark.parametrize("amounts", [V1_AMOUNTS, [float(a) for a in V1_AMOUNTS], [Decimal(a) for a in V1_AMOUNTS]])
def test_the_published_example_is_met_by_every_kind_of_number(amounts: list[Decimal]) -> None:
    result = xirr(V1_DATES, amounts)
    assert result.rate == pytest.approx(0.3733625335, abs=1e-10)
    assert (result.reason, result.roots, result.is_annualised, result.is_unusual) == (None, (result.rate,), True, False)


def test_the_european_waterfall_example_returns_its_two_rates() -> None:
    days = [dt.date(2020, 1, 15), dt.date(2021, 6, 30), dt.date(2022, 3, 31)]
    days += [dt.date(year, 12, 31) for year in (2023, 2024, 2025)]
    paid_in = D("-40000000", "-35000000", "-25000000")
    to_partners = D("60000000", "80000000", "56000000")  # V10: capital + preferred + split, LP columns
    assert xirr(days, paid_in + to_partners).rate == pytest.approx(0.18822183, abs=5e-9)
    assert xirr(days, paid_in + D("60000000", "90000000", "70000000")).rate == pytest.approx(0.21962640, abs=5e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_two_roots_are_named_and_none_is_chosen(sign: int) -> None:
    result = xirr(yearly(3), [sign * amount for amount in (100, -230, 132)])  # V2: roots 10 % and 20 %
    assert (result.rate, result.reason) == (None, "AMBIGUOUS")
    assert result.roots == pytest.approx((0.10, 0.20), abs=1e-8)


def test_three_roots_are_found() -> None:
    # -1000 (1 - 1.1 v)(1 - 1.2 v)(1 - 1.3 v), v = 1 / (1 + r)
    result = xirr(yearly(4), [-1000, 3600, -4310, 1716])
    assert result.reason == "AMBIGUOUS"
    assert result.roots == pytest.approx((0.10, 0.20, 0.30), abs=1e-8)


def test_two_close_roots_are_told_apart() -> None:
    # 10^8 (1 - 1.1000 v)(1 - 1.1001 v): a grid of one basis point would step over both
    result = xirr(yearly(3), [100_000_000, -220_010_000, 121_011_000])
    assert result.reason == "AMBIGUOUS"
    assert result.roots == pytest.approx((0.1000, 0.1001), abs=1e-8)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_root_that_only_touches_zero_is_found(sign: int) -> None:
    result = xirr(yearly(3), [sign * amount for amount in (100, -220, 121)])  # 100 (1 - 1.1 v)^2, no sign change
    assert result.rate == pytest.approx(0.10, abs=1e-8)
    assert len(result.roots) == 1


def test_a_triple_root_is_one_root() -> None:
    result = xirr(yearly(4), [1000, -3300, 3630, -1331])  # 1000 (1 - 1.1 v)^3
    assert result.rate == pytest.approx(0.10, abs=1e-4)  # the cube root of a double's precision
    assert len(result.roots) == 1


def test_signs_may_change_without_any_root() -> None:
    result = xirr(yearly(3), [100, -150, 100])  # 1 - 1.5 v + v^2 has a negative discriminant
    assert result == Return(None, "NO_ROOT")


# the rows of the table in 3.2, in its order ---------------------------------------------------------------------------


@pytest.mark.parametrize("amounts", [[-100, -50], [100, 50], [0, 0], [-100, 0]])
def test_flows_of_one_sign_have_no_rate(amounts: list[int]) -> None:
    result = xirr(yearly(2), amounts)
    assert (result.rate, result.reason, result.roots) == (None, "NO_SIGN_CHANGE", ())


def test_no_flows_have_no_rate() -> None:
    assert xirr([], []) == Return(None, "NO_SIGN_CHANGE")


def test_signs_are_those_of_the_net_flow_of_a_day() -> None:
    days = yearly(2)
    assert xirr([days[0], days[0], days[1]], [-100, 110, 50]).reason == "NO_SIGN_CHANGE"


def test_a_total_loss_is_minus_100_percent_by_policy() -> None:
    days = yearly(3)
    assert since_inception(days[:2], D("-100", "-50"), days[2], Decimal(0)) == Return(-1.0, "TOTAL_LOSS")
    assert since_inception([START], D("-100"), START + dt.timedelta(90), Decimal("0.00")) == Return(
        -1.0, "TOTAL_LOSS", is_annualised=False
    )


def test_a_fund_that_paid_something_or_has_something_left_is_no_total_loss() -> None:
    days = yearly(3)
    assert since_inception(days[:2], D("-100", "10"), days[2], Decimal(0)).rate == pytest.approx(-0.9, abs=1e-12)
    assert since_inception(days[:1], D("-100"), days[2], Decimal(-5)).reason == "NO_SIGN_CHANGE"
    # the distribution is hidden in the net flow of its day, so there is no rate, but not all was lost
    assert since_inception([START, START], D("-100", "30"), days[2], Decimal(0)).reason == "NO_SIGN_CHANGE"


def test_a_fund_without_flows_lost_nothing() -> None:
    result = since_inception(yearly(1), D("0"), yearly(2)[1], Decimal(0))
    assert (result.rate, result.reason) == (None, "NO_SIGN_CHANGE")


def test_a_history_under_a_year_is_not_annualised() -> None:
    result = xirr([dt.date(2011, 11, 30), dt.date(2011, 12, 31)], D("-100", "103"))  # V13: 3 %, neither 42.6 nor 41.6 %
    assert (result.reason, result.is_annualised) == ("SHORT_HISTORY", False)
    assert result.rate == pytest.approx(0.03, abs=1e-12)
    assert result.roots == (result.rate,)


def test_a_short_return_is_the_annual_rate_taken_back_to_the_period() -> None:
    days = [START, START + dt.timedelta(100), START + dt.timedelta(200)]
    annual = pyxirr.xirr(days, [-100.0, 60.0, 50.0])
    assert annual is not None
    assert xirr(days, [-100, 60, 50]).rate == pytest.approx((1 + annual) ** (200 / 365) - 1, abs=1e-8)


@pytest.mark.parametrize(("days", "reason"), [(364, "SHORT_HISTORY"), (365, None)])
def test_a_year_begins_at_365_days(days: int, reason: str | None) -> None:
    result = xirr([START, START + dt.timedelta(days)], D("-100", "110"))
    assert (result.reason, result.is_annualised) == (reason, reason is None)
    assert result.rate == pytest.approx(0.10, abs=1e-12)


def test_a_day_of_tenfold_value_does_not_overflow() -> None:
    result = xirr([START, START + dt.timedelta(1)], D("-1", "10"))  # 10^365 a year
    assert result.rate == pytest.approx(9.0, abs=1e-12)


def test_flows_of_one_day_have_no_rate() -> None:
    assert xirr([START, START], D("-100", "110")) == Return(None, "SAME_DAY", is_annualised=False)
    assert (
        since_inception([START], D("-100"), START, Decimal(100)).reason == "SAME_DAY"
    )  # at cost: the net flow is zero


@pytest.mark.parametrize(
    ("amounts", "rate", "is_unusual"),
    [
        (("-100", "1.01"), -0.9899, False),
        (("-100", "0.99"), -0.9901, True),
        (("-1000000", "1"), -0.999999, True),  # beyond the interval that is searched first
        (("-100", "1099"), 9.99, False),
        (("-100", "1101"), 10.01, True),
        (("-1", "5000"), 4999.0, True),
    ],
)
def test_an_extreme_rate_is_kept_and_flagged(amounts: tuple[str, str], rate: float, is_unusual: bool) -> None:
    result = xirr(yearly(2), D(*amounts))
    assert result.rate == pytest.approx(rate, rel=1e-12)
    assert (result.reason, result.is_unusual) == (None, is_unusual)


def test_a_root_inside_the_interval_settles_it_against_one_outside() -> None:
    # -100 (1 - 1.1 v)(1 - 21 v): 10 % and 2000 %
    result = xirr(yearly(3), [-100, 2210, -2310])
    assert result.rate == pytest.approx(0.10, abs=1e-8)


def test_a_failure_of_the_solver_is_a_reason_and_never_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "_MOST_INTERVALS", 0)
    assert xirr(V1_DATES, V1_AMOUNTS) == Return(None, "NO_ROOT")


def test_a_root_whose_net_present_value_is_too_large_is_listed_but_not_stated() -> None:
    # (100 / 10^6)^(1/2) - 1 = -99 % from year 6 to year 8; discounted to a first flow of 0.001 the flows are 10^18
    # times their size, where a double cannot bring the NPV under 1e-6 of their sum
    days = [yearly(9)[year] for year in (0, 6, 8)]
    result = xirr(days, D("-0.001", "-1000000", "100"))
    assert (result.rate, result.reason) == (None, "NO_ROOT")
    assert result.roots == pytest.approx((-0.99,), abs=1e-8)


# since inception and horizon ------------------------------------------------------------------------------------------


def test_the_net_asset_value_is_the_last_flow_and_later_flows_do_not_count() -> None:
    days = yearly(3)
    amounts = D("-100", "-50", "-1000")
    # -100 (1 + r) - 50 + 165 = 0
    assert since_inception(days, amounts, days[1], Decimal(165)).rate == pytest.approx(0.15, abs=1e-12)


def test_a_zero_net_asset_value_ends_the_history_on_its_date() -> None:
    exit_date = START + dt.timedelta(200)
    flows = ([START, exit_date], D("-100", "110"))
    assert xirr(*flows).reason == "SHORT_HISTORY"
    liquidated = since_inception(*flows, START + dt.timedelta(400), Decimal(0))
    assert liquidated.reason is None
    assert liquidated.rate == pytest.approx(1.1 ** (365 / 200) - 1, abs=1e-12)


def test_a_horizon_opens_with_its_net_asset_value_as_a_contribution() -> None:
    days = yearly(4)
    amounts = D("-100", "-999", "44", "7")  # those up to the window's start are in its opening value
    # -200 (1 + r)^2 + 44 (1 + r) + (7 + 183.9) = 0 by the quadratic formula
    expected = (44 + math.sqrt(44**2 + 4 * 200 * 190.9)) / 400 - 1
    result = horizon(days, amounts, days[1], Decimal(200), days[3], Decimal("183.9"))
    assert result.rate == pytest.approx(expected, abs=1e-12)


def test_a_horizon_runs_forward() -> None:
    with pytest.raises(ValueError, match="end after it starts, found 2021-01-01 to 2021-01-01"):
        horizon([], [], START, Decimal(1), START, Decimal(1))


@pytest.mark.parametrize("amount", [math.nan, math.inf, Decimal("NaN")])
def test_an_amount_that_is_no_number_is_refused(amount: float | Decimal) -> None:
    with pytest.raises(ValueError, match="finite number"):
        xirr(yearly(2), [-1, amount])


def test_a_missing_date_is_refused() -> None:
    with pytest.raises(ValueError, match="a flow needs a date, found None beside amount 5"):
        xirr([START, None], [-1, 5])  # type: ignore[list-item]


# what always holds ----------------------------------------------------------------------------------------------------


@given(dated_flows, st.randoms(use_true_random=False))
def test_the_order_of_flows_changes_nothing(flows: list[tuple[int, Decimal]], rng: Random) -> None:
    assert result_of(rng.sample(flows, len(flows))) == result_of(flows)


@given(dated_flows, cents)
def test_splitting_a_flow_on_its_day_changes_nothing(flows: list[tuple[int, Decimal]], part: Decimal) -> None:
    (day, amount), *rest = flows
    assert result_of([(day, part), *rest, (day, amount - part)]) == result_of(flows)


@given(dated_flows, st.sampled_from(D("1e-280", "0.001", "3", "1e12", "1e280")))
def test_the_scale_of_the_amounts_changes_nothing(flows: list[tuple[int, Decimal]], factor: Decimal) -> None:
    assert result_of([(day, amount * factor) for day, amount in flows]) == result_of(flows)


@given(dated_flows)
def test_the_other_side_of_the_flows_has_the_same_roots(flows: list[tuple[int, Decimal]]) -> None:
    ours, theirs = result_of(flows), result_of([(day, -amount) for day, amount in flows])
    assert ours.reason == theirs.reason
    assert ours.roots == pytest.approx(theirs.roots, rel=1e-9, abs=1e-9)


@given(
    rate=st.floats(-0.8, 8.0),
    paid=st.lists(st.tuples(st.integers(0, 1_500), st.floats(1, 1e6)), min_size=1, max_size=8),
    returned=st.lists(st.tuples(st.integers(1_520, 5_000), st.floats(1, 1e6)), min_size=1, max_size=8),
)
def test_a_known_rate_is_recovered(
    rate: float, paid: list[tuple[int, float]], returned: list[tuple[int, float]]
) -> None:
    """Distributions scaled so that the flows are worth nothing at `rate`; one sign change means one root."""

    def value(flows: list[tuple[int, float]]) -> float:
        return math.fsum(amount * (1 + rate) ** ((1_500 - day) / 365) for day, amount in flows)

    scale = value(paid) / value(returned)
    days = [0] + [day for day, _ in paid + returned]  # a zero flow, before the first or with it
    amounts = [0.0] + [-amount for _, amount in paid] + [amount * scale for _, amount in returned]
    result = xirr([START + dt.timedelta(day) for day in days], amounts)
    annual = result.rate
    assert annual is not None
    if not result.is_annualised:
        last = max(day for day, _ in returned) - min(day for day, _ in paid)
        annual = (1 + annual) ** (365 / last) - 1
    assert annual == pytest.approx(rate, abs=1e-8)


@settings(max_examples=60)
@given(st.lists(st.integers(-300, 300), min_size=3, max_size=8), st.integers(100, 800))
def test_a_dense_grid_finds_no_root_that_is_not_listed(amounts: list[int], gap: int) -> None:
    """The plain reference: net present values on 60,000 rates; each change of sign must hold a listed root."""
    used = [position for position, amount in enumerate(amounts) if amount]
    if len(used) < 2 or (used[-1] - used[0]) * gap < 365:
        return
    result = xirr([START + dt.timedelta(gap * i) for i in range(len(amounts))], amounts)
    y = np.linspace(math.log(1.1e-4), math.log(10.9), 60_000)
    times = np.arange(len(amounts)) * gap / 365
    # each value in its own scale, so that rates near -100 % do not drown the sign of it
    exponents = -np.multiply.outer(y, times)
    values = np.exp(exponents - exponents.max(axis=1, keepdims=True)) @ np.array(amounts, dtype=float)
    clear = np.abs(values) > 1e-9
    y, values = y[clear], values[clear]
    changes = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))
    listed = np.log1p(np.array(result.roots))
    for change in changes:
        assert np.any((listed >= y[change] - 1e-5) & (listed <= y[change + 1] + 1e-5))
    if result.rate is not None and math.log(1.2e-4) < math.log1p(result.rate) < math.log(10.8):
        assert len(changes) <= 1
        net = math.fsum(a * (1 + result.rate) ** -t for a, t in zip(amounts, times - times[used[0]], strict=True))
        assert abs(net) <= 1e-6 * sum(abs(a) for a in amounts)  # the acceptance rule of 3.2, recomputed


# multiples ------------------------------------------------------------------------------------------------------------


def test_ratios_with_a_recalled_distribution() -> None:
    # V6: contributions 30 + 40 + 25, distributions 10 + 35, NAV 82, commitment 100; the quotients to 18 decimals
    paid_in, distributed, nav = D("95", "45", "82")
    assert pic(paid_in, Decimal(100)).value == Decimal("0.95")
    assert dpi(distributed, paid_in).value == Decimal("0.473684210526315789")
    assert rvpi(nav, paid_in).value == Decimal("0.863157894736842105")
    assert tvpi(distributed, nav, paid_in).value == Decimal(
        "1.336842105263157894"
    )  # not ...895, as rounded from 1.33...894736


def test_without_paid_in_capital_every_ratio_is_unknown() -> None:
    zero, some = D("0", "5")
    ratios = [pic(zero, some), dpi(some, zero), rvpi(some, zero), tvpi(some, some, zero)]
    assert {(ratio.value, ratio.reason) for ratio in ratios} == {(None, "NO_PAID_IN")}


def test_without_a_commitment_or_an_investment_the_ratio_is_unknown() -> None:
    assert (pic(Decimal(5), Decimal(0)).value, pic(Decimal(5), Decimal(0)).reason) == (None, "NO_COMMITMENT")
    assert moic(Decimal(5), Decimal(5), Decimal(0)).reason == "NO_INVESTED_CAPITAL"


def test_a_ratio_rounds_half_up_once() -> None:
    assert dpi(Decimal("5e-19"), Decimal(1)).value == Decimal("1e-18")
    assert rvpi(Decimal("-5e-19"), Decimal(1)).value == Decimal("-1e-18")  # a clawback that is due
    assert dpi(Decimal("4.99999999999999999999999999999e-19"), Decimal(1)).value == 0


def test_moic_counts_value_over_invested_capital() -> None:
    assert moic(Decimal(120), Decimal(60), Decimal(80)).value == Decimal("2.25")


def test_a_ratio_beyond_its_column_is_a_reason() -> None:
    assert dpi(Decimal("1e9"), Decimal("0.01")).reason == "OUT_OF_RANGE"
    assert dpi(Decimal("1e8"), Decimal("0.01")).reason == "OUT_OF_RANGE"  # 10^10 has eleven digits
    assert dpi(Decimal("99999999.99"), Decimal("0.01")).value == Decimal(9_999_999_999)


def test_a_float_is_no_money() -> None:
    with pytest.raises(TypeError, match=r"made of Decimals, found float 0\.5"):
        dpi(0.5, Decimal(1))  # type: ignore[arg-type]


@given(distributed=cents, nav=cents, paid_in=st.integers(10**4, 10**12).map(lambda units: Decimal(units).scaleb(-2)))
def test_total_value_is_distributed_plus_residual_to_the_digit(
    distributed: Decimal, nav: Decimal, paid_in: Decimal
) -> None:
    parts = dpi(distributed, paid_in).value, rvpi(nav, paid_in).value
    whole = tvpi(distributed, nav, paid_in).value
    assert parts[0] is not None
    assert parts[1] is not None
    assert whole is not None
    assert Fraction(whole) == Fraction(parts[0]) + Fraction(parts[1])
    assert abs(Fraction(whole) - (Fraction(distributed) + Fraction(nav)) / Fraction(paid_in)) <= Fraction(1, 10**18)
