"""Risk measures of classes of notes against the table of clo-liabilities-waterfall 9.1, and what must always hold.

The flows of 9.1 are built here from its terms: quarterly, actual/360, index 5 %, 5,000,000 repaid a period.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.note_risk import NoteFlows, NoteTerms, note_risk, note_risks
from calculations.clo.presets import LEGACY, STANDARD
from calculations.curves import Curve
from calculations.discounting import NO_POSITIVE_FLOW, NO_ROOT, NO_VALUE, scenario_interval_rates
from calculations.fixed_income import discount_margin, macaulay_duration, price_at_margin, yield_to_maturity
from calculations.months import add_months

CLOSING = dt.date(2024, 1, 15)
DAYS = np.array(["2024-04-15", "2024-07-15", "2024-10-15", "2025-01-15"], dtype="datetime64[D]")
YEARS = np.array([91, 91, 92, 92]) / 360
FLAT = Curve.of(CLOSING, {1: 0.05, 60: 0.05})


def flows(balances: list[float], coupon: float, repaid: list[float]) -> NoteFlows:
    opening = np.array([balances])
    nothing = np.zeros_like(opening)
    return NoteFlows(DAYS, opening, opening * coupon * YEARS, nothing, np.array([repaid]), nothing)


CLASS_A = flows([80e6, 75e6, 70e6, 65e6], 0.065, [5e6, 5e6, 5e6, 65e6])
CLASS_B = flows([10e6] * 4, 0.08, [0, 0, 0, 10e6])
TERMS_A = NoteTerms("A", CLOSING, "ACT/360", 80e6, price=1.0, discount_margin=0.015)
TERMS_B = NoteTerms("B", CLOSING, "ACT/360", 10e6, price=0.97, discount_margin=0.03)
FEBRUARY = dt.date(2024, 2, 1)

# 9.1: class, settlement, price at its own margin, yield at price, margin at price, WAL, Macaulay, modified
TABLE = [
    (CLASS_A, TERMS_A, CLOSING, 1.00091771, 0.06605256, 0.01605256, 0.90839041, 0.88760772, 0.87318864),
    (CLASS_B, TERMS_B, CLOSING, 1.00126087, 0.11347838, 0.06347838, 1.00273973, 0.97235507, 0.94553075),
    (CLASS_A, TERMS_A, FEBRUARY, 1.00393633, 0.06976159, 0.01976159, 0.86181507, 0.84082542, 0.82641245),
    (CLASS_B, TERMS_B, FEBRUARY, 1.00497178, 0.11930296, 0.06930296, 0.95616438, 0.92567030, 0.89886110),
]


def test_the_flows_are_those_of_the_specification() -> None:
    # 9.1, columns A int and B int
    np.testing.assert_allclose(CLASS_A.interest[0], [1314444.44, 1232291.67, 1162777.78, 1079722.22], atol=0.005)
    np.testing.assert_allclose(CLASS_B.interest[0], [202222.22, 202222.22, 204444.44, 204444.44], atol=0.005)


@pytest.mark.parametrize("preset", [STANDARD, LEGACY], ids=["standard", "legacy"])
@pytest.mark.parametrize("row", TABLE, ids=["A", "B", "A in February", "B in February"])
def test_risk_measures_of_the_specification(row: tuple, preset: frozenset[str]) -> None:
    paid, terms, settlement, *expected = row
    rates = scenario_interval_rates([FLAT], DAYS, settlement=settlement, frequency=4, preset=preset)
    risk = note_risk(paid, replace(terms, settlement=settlement), rates, preset)
    found = (
        risk.price,
        risk.annual_yield,
        risk.discount_margin,
        risk.weighted_average_life,
        risk.macaulay_duration,
        risk.modified_duration,
    )
    assert np.ravel(found).tolist() == pytest.approx(expected, abs=0.5e-8 * 1.0001, rel=0)
    assert risk.yield_reasons.tolist() == risk.margin_reasons.tolist() == [""]


def test_totals_of_interest_and_principal() -> None:
    # 9.1, sums of the columns A int and A prin
    risk = note_risk(CLASS_A, TERMS_A, np.full((1, 4), 0.05))
    assert risk.total_interest[0] == pytest.approx(1314444.44 + 1232291.67 + 1162777.78 + 1079722.22, abs=0.02)
    assert risk.total_principal[0] == 80e6
    assert risk.total_cash[0] == risk.total_interest[0] + 80e6


def test_deferred_interest_paid_back_is_interest() -> None:
    repaid = replace(
        CLASS_B, deferred_repaid=np.array([[0.0, 300.0, 0.0, 0.0]]), interest_on_deferred=np.full((1, 4), 2.0)
    )
    risk = note_risk(repaid, TERMS_B, np.full((1, 4), 0.05))
    assert risk.total_interest[0] - CLASS_B.interest.sum() == pytest.approx(308, abs=1e-6)
    assert risk.total_principal[0] == 10e6


def test_average_life_is_of_the_current_balance_and_with_the_quirk_of_the_original_one() -> None:
    # Q25: 8 of 10 million are left, so the quirk shows 0.8 of the life
    terms = replace(TERMS_B, original_balance=12.5e6)
    rates = np.full((1, 4), 0.05)
    whole = note_risk(CLASS_B, terms, rates).weighted_average_life[0]
    assert whole == pytest.approx(366 / 365, abs=1e-12)
    quirk = note_risk(CLASS_B, terms, rates, frozenset({"COL-25"})).weighted_average_life[0]
    assert quirk == pytest.approx(0.8 * 366 / 365, abs=1e-12)


def test_principal_never_paid_counts_on_the_last_date_with_a_balance() -> None:
    # half repaid after 91 days, the other half never; the last date is 366 days away
    unpaid = flows([10e6, 5e6, 5e6, 5e6], 0.08, [5e6, 0, 0, 0])
    found = note_risk(unpaid, TERMS_B, np.full((1, 4), 0.05)).weighted_average_life[0]
    assert found == pytest.approx((0.5 * 91 + 0.5 * 366) / 365, abs=1e-12)


def test_flows_after_the_last_opening_balance_do_not_count() -> None:
    repaid = flows([10e6, 10e6, 0, 0], 0.08, [0, 10e6, 0, 0])
    late = replace(repaid, interest=repaid.interest + np.array([[0, 0, 0, 1000.0]]))
    rates = np.full((1, 4), 0.05)
    assert note_risk(late, TERMS_B, rates).annual_yield[0] == note_risk(repaid, TERMS_B, rates).annual_yield[0]


def test_equity_counts_up_to_the_last_date_it_is_paid_on() -> None:
    # its balance stands for ever; it is last paid after 182 days
    sub = flows([10e6] * 4, 0.0, [4e6, 3e6, 0, 0])
    terms = replace(TERMS_B, is_equity=True)
    found = note_risk(sub, terms, np.full((1, 4), 0.05)).weighted_average_life[0]
    assert found == pytest.approx((0.4 * 91 + 0.3 * 182 + 0.3 * 182) / 365, abs=1e-12)


def test_modified_duration_at_a_yield_below_0_is_reported_as_0() -> None:
    risk = note_risk(CLASS_B, replace(TERMS_B, price=1.2), np.full((1, 4), 0.05))
    assert risk.annual_yield[0] < 0
    assert risk.modified_duration[0] == 0


@pytest.mark.parametrize(
    ("paid", "quoted", "reason"),
    [
        (CLASS_B, 100.0, NO_ROOT),
        (CLASS_B, 0.0, NO_VALUE),
        (CLASS_B, None, NO_VALUE),
        (flows([0.0] * 4, 0.08, [0, 0, 0, 0]), 1.0, NO_POSITIVE_FLOW),
        (flows([10e6] * 4, 0.0, [0, 0, 0, 0]), 1.0, NO_POSITIVE_FLOW),
    ],
)
def test_a_rate_that_does_not_exist_is_missing_with_the_reason(
    paid: NoteFlows, quoted: float | None, reason: str
) -> None:
    risk = note_risk(paid, replace(TERMS_B, price=quoted), np.full((1, 4), 0.05))
    assert (risk.yield_reasons[0], risk.margin_reasons[0]) == (reason, reason)
    rates = (risk.annual_yield, risk.discount_margin, risk.macaulay_duration, risk.modified_duration)
    assert np.isnan(rates).all()


def test_a_missing_margin_leaves_the_price_out() -> None:
    assert np.isnan(note_risk(CLASS_B, replace(TERMS_B, discount_margin=None), np.full((1, 4), 0.05)).price[0])


def test_arrays_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"class B: index rates must be \(1 or 1 scenarios, 4 periods\), found \(4,\)"):
        note_risk(CLASS_B, TERMS_B, np.full(4, 0.05))
    with pytest.raises(ValueError, match=r"principal must be of shape \(1, 4\)"):
        replace(CLASS_B, principal=np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"opening balance must be \(scenarios, 4 periods\)"):
        replace(CLASS_B, opening_balance=np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"scenario 1, flow 4: .* must be a number >= 0"):
        note_risk(replace(CLASS_B, principal=np.array([[0.0, 0, 0, -1e7]])), TERMS_B, np.full((1, 4), 0.05))


LATER = add_months(dt.date(2024, 4, 15), 3 * np.arange(12))


def scenarios(seed: int, count: int = 6) -> tuple[NoteFlows, np.ndarray]:
    """Notes repaid in random parts, with unlike index rates."""
    random = np.random.default_rng(seed)
    parts = random.dirichlet(np.ones(len(LATER)), count)
    opening = 1e7 * (1 - np.cumsum(parts, axis=1) + parts)
    nothing = np.zeros_like(opening)
    rates = random.normal(0.03, 0.01, opening.shape)
    return NoteFlows(LATER, opening, opening * (rates + 0.02) / 4, nothing, 1e7 * parts, nothing), rates


@given(seed=st.integers(min_value=0, max_value=10**6), quoted=st.floats(min_value=0.7, max_value=1.3))
def test_each_scenario_has_the_measures_it_has_alone(seed: int, quoted: float) -> None:
    # the functions of one stream of flows are the plain reference
    paid, rates = scenarios(seed)
    risk = note_risk(paid, replace(TERMS_B, price=quoted), rates)
    terms = {"settlement": CLOSING, "basis": "ACT/360", "frequency": 4}
    for at, cash in enumerate(paid.cash):
        value = quoted * paid.opening_balance[at, 0]
        margin = discount_margin(LATER, cash, value, rates[at], **terms)
        assert risk.discount_margin[at] == pytest.approx(margin, abs=1e-12)
        assert price_at_margin(LATER, cash, margin, rates[at], **terms) == pytest.approx(value, rel=1e-12)
        annual_yield = yield_to_maturity(LATER, cash, value, **terms)
        assert risk.annual_yield[at] == pytest.approx(annual_yield, abs=1e-12)
        duration = macaulay_duration(LATER, cash, annual_yield, value, settlement=CLOSING, frequency=4)
        assert risk.macaulay_duration[at] == pytest.approx(duration, rel=1e-12)


@given(seed=st.integers(min_value=0, max_value=10**6), margin=st.floats(min_value=-0.02, max_value=0.3))
def test_the_margin_of_the_price_at_a_margin_is_that_margin(seed: int, margin: float) -> None:
    paid, rates = scenarios(seed, count=1)
    quoted = float(note_risk(paid, replace(TERMS_B, discount_margin=margin), rates).price[0])
    found = note_risk(paid, replace(TERMS_B, price=quoted), rates)
    assert found.discount_margin[0] == pytest.approx(margin, abs=1e-12)


@given(seed=st.integers(min_value=0, max_value=10**6), scale=st.floats(min_value=1e-3, max_value=1e3))
def test_a_higher_price_lowers_the_margin_and_the_size_of_the_class_changes_nothing(seed: int, scale: float) -> None:
    paid, rates = scenarios(seed)
    low, high = (note_risk(paid, replace(TERMS_B, price=quoted), rates) for quoted in (0.9, 0.95))
    assert (low.discount_margin > high.discount_margin).all()
    assert (low.annual_yield > high.annual_yield).all()
    scaled = NoteFlows(
        LATER,
        paid.opening_balance * scale,
        paid.interest * scale,
        paid.interest_on_deferred,
        paid.principal * scale,
        paid.deferred_repaid,
    )
    again = note_risk(scaled, replace(TERMS_B, price=0.9), rates)
    np.testing.assert_allclose(again.discount_margin, low.discount_margin, atol=1e-12)
    np.testing.assert_allclose(again.weighted_average_life, low.weighted_average_life, rtol=1e-12)


def test_each_class_of_a_deal_is_measured_as_it_is_alone() -> None:
    thirty = replace(TERMS_B, class_name="C", day_count="30/360", discount_margin=None)
    later = replace(TERMS_A, class_name="D", settlement=FEBRUARY)
    classes = [(CLASS_A, TERMS_A), (CLASS_B, thirty), (CLASS_B, TERMS_B), (CLASS_A, later)]
    rates = np.full((1, 4), 0.05)
    for (paid, terms), found in zip(classes, note_risks(classes, rates), strict=True):
        alone = note_risk(paid, terms, rates)
        for item in fields(found):
            np.testing.assert_array_equal(getattr(found, item.name), getattr(alone, item.name), f"{terms} {item.name}")


def test_a_negative_payment_is_named_by_its_own_scenario() -> None:
    spoiled = flows([10e6] * 4, 0.08, [0, -9e6, 0, 19e6])
    with pytest.raises(ValueError, match="scenario 1, flow 2: a flow to be discounted must be a number >= 0"):
        note_risks([(CLASS_A, TERMS_A), (spoiled, TERMS_B)], np.full((1, 4), 0.05))
