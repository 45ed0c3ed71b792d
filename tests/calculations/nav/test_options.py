"""Options on a lognormal underlying against QuantLib, identities and bounds. Source: nav 2 (M-STR), E-9."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
import QuantLib as ql
from hypothesis import assume, given
from hypothesis import strategies as st

from calculations.nav.options.barriers import BarrierType, Kind, at_any_time, at_payoff
from calculations.nav.options.normal import normal_density, normal_distribution
from calculations.nav.options.simulation import Observation, PathNote, PathOption, simulate
from calculations.nav.options.vanilla import Lognormal, call, d1_d2, digital, put
from calculations.nav.results import Unavailable
from tests.calculations.nav_inputs import rounded

D = Decimal
NOTE = Lognormal(D(5120), D("0.0405"), D("0.014"), D("0.185"), D("2.75"))
TWO_YEARS = Lognormal(D(100), D("0.0405"), D("0.014"), D("0.25"), D(2))
QL_BARRIERS = {
    "DOWN_IN": ql.Barrier.DownIn,
    "DOWN_OUT": ql.Barrier.DownOut,
    "UP_IN": ql.Barrier.UpIn,
    "UP_OUT": ql.Barrier.UpOut,
}
KINDS: tuple[Kind, ...] = ("CALL", "PUT")
TYPES: tuple[BarrierType, ...] = ("DOWN_IN", "DOWN_OUT", "UP_IN", "UP_OUT")


def test_e9_the_call_of_the_protected_note() -> None:
    d1, d2 = d1_d2(NOTE, D(4850))
    assert (rounded(d1, 15), rounded(d2, 15)) == (D("0.567526195674947"), D("0.260738402567072"))
    assert rounded(call(NOTE, D(4850)), 13) == D("905.9856070779231")


def test_the_normal_distribution_to_thirty_digits() -> None:
    # quantile of 0.975, as tables of high precision give it
    assert rounded(normal_distribution(D("1.959963984540054235524594430521")), 30) == D("0.975")
    assert normal_distribution(D(0)) == D("0.5")
    assert (normal_distribution(D(40)), normal_distribution(D(-40))) == (1, 0)


@given(st.decimals("-8", "8", places=6))
def test_the_normal_distribution_is_that_of_the_library_and_symmetric(x: Decimal) -> None:
    assert math.isclose(normal_distribution(x), 0.5 * math.erfc(-float(x) / math.sqrt(2)), rel_tol=1e-12)
    assert abs(normal_distribution(x) + normal_distribution(-x) - 1) < D("1e-45")
    assert normal_density(x) == normal_density(-x)


LEVEL = st.decimals("20", "300", places=2)
YEARS = st.decimals("0.05", "8", places=2)
RATE = st.decimals("-0.03", "0.12", places=4)
VOLATILITY = st.decimals("0.05", "0.8", places=3)


@given(LEVEL, LEVEL, RATE, RATE, VOLATILITY, YEARS)
def test_call_less_put_is_the_forward(
    spot: Decimal, strike: Decimal, rate: Decimal, dividend: Decimal, volatility: Decimal, years: Decimal
) -> None:
    model = Lognormal(spot, rate, dividend, volatility, years)
    gap = call(model, strike) - put(model, strike) - (model.carried_spot - strike * model.discount)
    assert abs(gap) < D("1e-22")
    assert 0 <= digital(model, strike) <= model.discount


def quantlib_barrier(kind: str, strike: int, barrier: int, barrier_type: str) -> float:
    today = ql.Date(2, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    days = ql.Actual365Fixed()
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(100.0)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, 0.014, days)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0405, days)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), 0.25, days)),
    )
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if kind == "CALL" else ql.Option.Put, float(strike))
    exercise = ql.EuropeanExercise(today + 730)
    option = ql.BarrierOption(QL_BARRIERS[barrier_type], float(barrier), 0.0, payoff, exercise)
    option.setPricingEngine(ql.AnalyticBarrierEngine(process))
    return float(option.NPV())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("barrier_type", TYPES)
@pytest.mark.parametrize("strike", [80, 85, 100, 120, 130])
def test_a_barrier_at_any_time_is_worth_what_quantlib_says(kind: Kind, barrier_type: BarrierType, strike: int) -> None:
    for barrier in (70, 85, 95) if barrier_type.startswith("DOWN") else (105, 120, 140):
        found = at_any_time(TWO_YEARS, kind, D(strike), D(barrier), barrier_type)
        assert float(found) == pytest.approx(quantlib_barrier(kind, strike, barrier, barrier_type), abs=1e-8)


@given(st.sampled_from(KINDS), LEVEL, LEVEL, LEVEL, st.sampled_from(("DOWN", "UP")))
def test_in_and_out_are_the_whole_option_and_a_barrier_seen_more_often_is_touched_more(
    kind: Kind, spot: Decimal, strike: Decimal, barrier: Decimal, side: str
) -> None:
    assume(barrier < spot if side == "DOWN" else barrier > spot)
    model = Lognormal(spot, D("0.03"), D("0.01"), D("0.3"), D(1))
    whole = call(model, strike) if kind == "CALL" else put(model, strike)
    for reckon in (at_any_time, at_payoff):
        begins = reckon(model, kind, strike, barrier, f"{side}_IN")  # type: ignore[arg-type]
        ends = reckon(model, kind, strike, barrier, f"{side}_OUT")  # type: ignore[arg-type]
        assert abs(begins + ends - whole) < D("1e-22")
        assert -D("1e-22") < begins < whole + D("1e-22")
    often, once = (f(model, kind, strike, barrier, f"{side}_IN") for f in (at_any_time, at_payoff))  # type: ignore[arg-type]
    assert often >= once - D("1e-22")


@pytest.mark.parametrize(
    "model",
    [
        lambda: Lognormal(D(0), D(0), D(0), D("0.2"), D(1)),
        lambda: Lognormal(D(100), D(0), D(0), D(0), D(1)),
        lambda: Lognormal(D(100), D(0), D(0), D("0.2"), D(0)),
        lambda: call(TWO_YEARS, D(0)),
        lambda: simulate(PathNote([Observation(D(2))], D(1)), TWO_YEARS, D(0), 99, 1),
    ],
)
def test_outside_its_domain_there_is_no_price(model) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unavailable, match="DOMAIN"):
        model()


def end_only(*options: PathOption, redemption: str = "0") -> PathNote:
    return PathNote([Observation(D(2))], D(redemption), options)


@pytest.mark.parametrize(
    ("monitoring", "closed"),
    [
        ("CONTINUOUS", at_any_time(TWO_YEARS, "PUT", D(100), D(70), "DOWN_IN")),
        ("EUROPEAN", at_payoff(TWO_YEARS, "PUT", D(100), D(70), "DOWN_IN")),
    ],
)
def test_simulated_barriers_are_within_their_error_of_the_closed_form(monitoring: str, closed: Decimal) -> None:
    option = PathOption("PUT", D(-1000), D(100), D(70), "DOWN_IN", monitoring)
    found = simulate(end_only(option, redemption="100000"), TWO_YEARS, D("0.01"), 40_000, 7)
    credit = (D("-0.01") * 2).exp()
    expected = (100_000 * TWO_YEARS.discount - 1000 * closed) * credit
    assert 0 < found.standard_error < 80
    assert abs(found.value - expected) < 4 * found.standard_error


def test_a_daily_barrier_is_a_continuous_one_a_little_further_away() -> None:
    days = tuple(D(day) / 252 for day in range(1, 505))
    option = PathOption("PUT", D(1000), D(100), D(80), "DOWN_IN", "DAILY")
    found = simulate(PathNote([Observation(D(2))], D(0), [option], days), TWO_YEARS, D(0), 20_000, 11)
    # Broadie, Glasserman and Kou: the barrier moves by 0.5826 standard deviations of a day
    shifted = D(80) * (D("-0.5826") * D("0.25") / D(252).sqrt()).exp()
    expected = 1000 * at_any_time(TWO_YEARS, "PUT", D(100), shifted, "DOWN_IN")
    assert abs(found.value - expected) < 4 * found.standard_error


def test_a_note_that_may_be_called_once_is_two_digitals() -> None:
    coming = [
        Observation(D(1), coupon=D(30), call_level=D(105), redemption=D(1000)),
        Observation(D(2), conditional_coupon=D(50), coupon_level=D(90)),
    ]
    found = simulate(PathNote(coming, D(1000)), TWO_YEARS, D("0.02"), 100_000, 3)
    first = Lognormal(D(100), D("0.0405"), D("0.014"), D("0.25"), D(1))
    early = digital(first, D(105))  # discounted chance of a call
    one, two = (D("-0.02")).exp(), (D("-0.04")).exp()
    alive = 1 - early / first.discount
    without_last = (30 * first.discount + 1000 * early) * one + 1000 * alive * TWO_YEARS.discount * two
    # the last coupon needs both levels; it lies between nothing and that of a note that cannot be called
    assert without_last - 4 * found.standard_error < found.value
    assert found.value < without_last + 50 * digital(TWO_YEARS, D(90)) * two + 4 * found.standard_error
    plain = simulate(PathNote([coming[0], Observation(D(2))], D(1000)), TWO_YEARS, D("0.02"), 100_000, 3)
    assert abs(plain.value - without_last) < 4 * plain.standard_error


def test_the_seed_makes_the_price() -> None:
    option = PathOption("CALL", D(1), D(100))
    first, again, other = (simulate(end_only(option), TWO_YEARS, D(0), 12_000, seed) for seed in (1, 1, 2))
    assert first == again
    assert first.value != other.value
    wider = simulate(end_only(option), TWO_YEARS, D(0), 1_000, 1)
    # the error falls with the root of the number of paths: sqrt(12) = 3.46
    assert 2.5 < wider.standard_error / first.standard_error < 4.5


def test_days_that_do_not_rise_are_no_schedule() -> None:
    for coming in ([], [Observation(D(1))], [Observation(D(2)), Observation(D(2))]):
        with pytest.raises(Unavailable, match="BAD_SCHEDULE"):
            simulate(PathNote(coming, D(1)), TWO_YEARS, D(0), 100, 1)
