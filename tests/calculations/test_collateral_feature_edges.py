"""Where features of loans meet: events of one day, commitments at their end, what was capitalised before the analysis date.

Each figure is worked out by hand beside it, on the loan of clo-extensions 3.1 to 3.4.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from calculations.clo.collateral import AssetTerms, CollateralFlows, project, with_events
from calculations.clo.collateral.features import AssetEvent, DrawTerms, PikTerms, RateStep
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.scenarios import RATING, Assumptions, Scenario, Scenarios
from calculations.curves import Curve
from tests.calculations.collateral_cases import WEEKENDS, quarterly_deal, rows_of

START = dt.date(2024, 1, 15)
LOAN = AssetTerms(
    asset_id="X",
    par=10_000_000.0,
    coupon=0.08,
    dated=START,
    first_payment=dt.date(2024, 4, 15),
    maturity=dt.date(2025, 1, 15),
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def pooled(*assets: AssetTerms, preset: Preset = STANDARD, assumed: Assumptions | None = None) -> CollateralFlows:
    """The flows of a quarterly deal, whose periods end on 12 Apr, 12 Jul, 12 Oct and so on."""
    scenarios = Scenarios.of([Scenario("base", assumed or Assumptions())])
    return project(assets, scenarios, replace(quarterly_deal(), analysis=START), WEEKENDS, preset)


def test_a_call_on_the_day_of_a_restructuring_pays_no_interest_twice() -> None:
    """Accrued on 10m from 15 Apr to 12 May, 27 days at 8 %, is paid once: 60,000."""
    events = (
        AssetEvent(day("2024-05-12"), "restructuring", fraction=0.2),
        AssetEvent(day("2024-05-12"), "partial_call", fraction=0.5),
    )
    found = rows_of(replace(LOAN, events=events), Assumptions(), analysis=START)
    assert found.interest.tolist()[1:3] == pytest.approx([60_000.0, 0.0])
    assert found.end_balance.tolist()[2] == pytest.approx(4_000_000.0)


def test_a_lender_never_pays_a_coupon() -> None:
    """An index of -2 % and a spread that steps from 1 % to 3 % on 15 Jul: 0, then 3 % less the 1 % that the first may take."""
    curve = Curve.of(START, {1: -0.02, 120: -0.02})
    loan = replace(LOAN, coupon_type="FLOAT", spread=0.01, steps=(RateStep(day("2024-07-15"), 0.03, "spread"),))
    found = rows_of(loan, Assumptions(), curve=curve, analysis=START)
    assert found.interest.tolist()[1:3] == pytest.approx([0.0, 10_000_000 * 0.02 / 4], abs=1e-6)
    assert found.coupon.tolist()[1:3] == pytest.approx([0.0, 0.02], abs=1e-12)


def test_nothing_accrues_before_a_loan_is_dated() -> None:
    """A call on 1 Mar of a loan dated 15 Apr repays par alone; its commitment ended before any fee."""
    forward = replace(
        LOAN,
        dated=day("2024-04-15"),
        first_payment=day("2024-07-15"),
        instalments=((day("2024-03-15"), 1.0), (day("2025-01-15"), 1.0)),
        draws=DrawTerms(1_000_000.0, 0.01, day("2024-03-20"), draws=((day("2024-02-01"), 500_000.0),)),
        events=(AssetEvent(day("2024-03-01"), "partial_call", fraction=0.2),),
    )
    found = rows_of(forward, Assumptions(), analysis=START)
    assert found.scheduled.tolist()[:2] == pytest.approx([0.0, 4_000_000.0])
    assert found.interest.tolist()[:2] == [0.0, 0.0]
    assert found.fees.tolist() == [0.0] * found.paid.size


def test_an_event_counts_when_it_happens_also_where_defaults_count_by_their_accrual() -> None:
    """COL-20 moves a default to the start of its accrual; a fifth written down on 20 Apr stays in that period."""
    event = AssetEvent(day("2024-04-20"), "restructuring", fraction=0.2)
    flows = pooled(replace(LOAN, events=(event,)), preset=frozenset({"COL-20"})).flows
    assert flows.defaults[0, :3].tolist() == pytest.approx([0.0, 2_000_000.0, 0.0])
    assert flows.performing[0, :3].tolist() == pytest.approx([1e7, 1e7, 8e6])
    assert flows.defaulted[0].tolist() == [0.0] * 10


def test_instalments_after_maturity_move_it_for_events_too() -> None:
    later = replace(LOAN, instalments=((day("2024-07-15"), 1.0), (day("2025-07-15"), 1.0)))
    event = AssetEvent(day("2025-05-01"), "sale", fraction=1.0)
    assert pooled(replace(later, events=(event,))).rejections == ()


def test_an_event_on_or_after_the_day_on_which_maturity_is_paid_is_listed() -> None:
    """Maturity on Sunday 15 Jun 2025 is paid on Friday 13."""
    rolled = replace(LOAN, maturity=day("2025-06-15"), convention="PREVIOUS")
    event = AssetEvent(day("2025-06-14"), "sale", fraction=1.0)
    (rejection,) = pooled(replace(rolled, events=(event,))).rejections
    assert "EVENT_AFTER_MATURITY: date must be before maturity 2025-06-13" in rejection.reason
    shortened = AssetEvent(day("2025-06-07"), "restructuring", fraction=0.1, maturity=day("2025-06-08"))
    (rejection,) = pooled(replace(rolled, events=(shortened,))).rejections
    assert "EVENT_EXTENDS_BACKWARDS: principal must be due after 2025-06-07, found 2025-06-06" in rejection.reason


@pytest.mark.parametrize(
    "event",
    [
        AssetEvent(day("2024-05-01"), "partial_call", fraction=0.5, maturity=day("2026-01-15")),
        AssetEvent(day("2024-05-01"), "sale", fraction=0.5, rate=0.05),
        AssetEvent(day("2024-05-01"), "sale", fraction=0.5, price=float("nan")),
        AssetEvent(day("2024-05-01"), "amend_extend", rate=float("nan")),
        AssetEvent(day("2024-05-01"), "amend_extend", fee=float("nan")),
        AssetEvent(day("2024-05-01"), "amend_extend", instalments=((day("2024-06-01"), float("nan")),)),
    ],
)
def test_an_event_with_terms_that_mean_nothing_is_listed_and_does_not_happen(event: AssetEvent) -> None:
    found = pooled(replace(LOAN, events=(event,)))
    (rejection,) = found.rejections
    assert "EVENT_TERMS" in rejection.reason
    assert found.flows.interest.tolist() == pooled(LOAN).flows.interest.tolist()


def test_an_event_of_an_asset_that_is_not_held_is_listed_and_the_others_happen() -> None:
    sold = AssetEvent(day("2024-05-01"), "sale", fraction=1.0)
    (asset,), (rejection,) = with_events([LOAN], [("Z", sold), ("X", sold)])
    assert asset.events == (sold,)
    assert (rejection.asset_id, rejection.reason.split(":")[0]) == ("Z", "EVENT_ASSET")


def test_a_commitment_is_drawn_on_dates_or_by_utilisation() -> None:
    with pytest.raises(ValueError, match="draws must be dated or by utilisation, found both"):
        DrawTerms(1.0, draws=((day("2024-05-01"), 1.0),), utilisation=0.5)


@pytest.mark.parametrize("terms", [{"fee_rate": float("nan")}, {"fee_rate": 50.0}, {"unfunded": float("nan")}])
def test_draw_terms_that_are_no_numbers_are_errors(terms: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(terms))):
        DrawTerms(**{"unfunded": 1.0, **terms})


def test_a_rate_step_that_is_no_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="rate of the step from 2024-05-01"):
        RateStep(day("2024-05-01"), float("nan"))


def test_where_a_curve_or_a_vector_ends_its_last_value_holds() -> None:
    """A curve of one month and a vector of one rate give what a long flat curve and a constant give."""
    floater = replace(LOAN, coupon_type="FLOAT", spread=0.03, maturity=day("2029-01-15"))
    short, long = Curve.of(START, {1: 0.04}), Curve.of(START, {1: 0.04, 120: 0.04})
    one = rows_of(floater, Assumptions(cpr=(0.1,), cdr=(0.02,), severity=(0.4,)), curve=short, analysis=START)
    other = rows_of(floater, Assumptions(cpr=0.1, cdr=0.02, severity=0.4), curve=long, analysis=START)
    assert one.total.tolist() == pytest.approx(other.total.tolist(), rel=1e-12)
    assert one.coupon[1:20].tolist() == pytest.approx([0.07] * 19)


def test_a_new_schedule_of_a_restructuring_counts_without_a_new_maturity() -> None:
    event = AssetEvent(
        day("2024-05-12"), "restructuring", 0.2, instalments=((day("2024-10-15"), 3.0), (day("2025-01-15"), 1.0))
    )
    found = rows_of(replace(LOAN, events=(event,)), Assumptions(), analysis=START)
    assert found.scheduled[-2:].tolist() == pytest.approx([6_000_000.0, 2_000_000.0])


COMMITTED = replace(
    LOAN, par=4_000_000.0, draws=DrawTerms(6_000_000.0, draws=((day("2024-10-01"), 6_000_000.0),), is_revolving=False)
)


@pytest.mark.parametrize("kind", ["sale", "forced_default"])
def test_the_commitment_goes_with_what_is_sold_or_defaults(kind: str) -> None:
    """Three quarters of the loan gone on 1 May leave 1.5 of 6m to draw; all of it gone leaves nothing."""
    event = AssetEvent(day("2024-05-01"), kind, fraction=0.75)  # type: ignore[arg-type]
    found = rows_of(replace(COMMITTED, events=(event,)), Assumptions(severity=1.0), analysis=START)
    assert found.draw.sum() == pytest.approx(1_500_000.0)
    whole = replace(COMMITTED, events=(replace(event, fraction=1.0),))
    assert rows_of(whole, Assumptions(severity=1.0), analysis=START).draw.sum() == 0.0


def test_a_commitment_lapses_at_maturity_at_the_latest() -> None:
    """Half of 10m is drawn on 15 Apr; nothing is drawn at maturity, nor unfunded after it."""
    terms = DrawTerms(6_000_000.0, available_until=day("2027-01-15"), is_revolving=True, utilisation=0.5)
    asset = replace(COMMITTED, draws=terms)
    found = rows_of(asset, Assumptions(), analysis=START)
    assert found.draw.tolist() == pytest.approx([1_000_000.0, 0.0, 0.0, 0.0])
    assert pooled(asset).features.unfunded[0].tolist() == pytest.approx([6e6, 6e6, 5e6, 5e6, 5e6, 0, 0, 0, 0, 0])


def test_a_draw_after_maturity_rejects_the_asset_and_no_other() -> None:
    late = replace(COMMITTED, draws=DrawTerms(6_000_000.0, draws=((day("2025-02-01"), 1.0),)))
    found = pooled(late, replace(LOAN, asset_id="Y"))
    (rejection,) = found.rejections
    assert rejection.asset_id == "X"
    assert "DRAW_AFTER_AVAILABILITY: a draw must be made until 2025-01-15" in rejection.reason
    assert found.flows.performing[0, 0] == 10_000_000.0


def test_what_a_revolver_repays_between_two_interest_dates_may_be_drawn_again() -> None:
    """1m of 4m on 15 May: 7m are unfunded from then on, all drawn on 1 Oct, so that 10m are due at maturity."""
    terms = DrawTerms(
        6_000_000.0, available_until=day("2024-12-31"), is_revolving=True, draws=((day("2024-10-01"), 7_000_000.0),)
    )
    instalments = ((day("2024-05-15"), 1.0), (day("2025-01-15"), 3.0))
    found = rows_of(replace(COMMITTED, draws=terms, instalments=instalments), Assumptions(), analysis=START)
    assert found.unfunded_balance[:4].tolist() == pytest.approx([6e6, 7e6, 7e6, 0.0])
    assert found.scheduled[-1] == pytest.approx(10_000_000.0)


def test_a_loan_that_deferred_long_before_the_analysis_date_is_carried_low_from_the_start() -> None:
    """Capitalising since 1 June 2023, in July for the first time paid in cash: 0.6 of 9.6m off until then."""
    shares = ((day("2023-06-01"), 1.0), (day("2024-04-15"), 0.0))
    low = replace(
        LOAN,
        dated=day("2022-01-15"),
        first_payment=day("2022-04-15"),
        pik=PikTerms(400_000.0, shares),
        market_value=55.0,
        recovery_rate=0.4,
    )
    haircut = pooled(low).features.deferring_haircut[0].tolist()
    # On 15 Apr interest of 200,000 is capitalised too, which is not in test par.
    assert haircut == pytest.approx([0.6 * 9_600_000.0] * 3 + [0.0] * 7)


def test_an_event_does_not_set_the_severity_of_a_rating_default_before_the_first_interest_date() -> None:
    """clo-collateral-engine 1.9: 0 where no interest date has been processed."""
    rated = replace(
        LOAN,
        moodys_rating="D",
        instalments=((day("2024-03-15"), 1.0), (day("2025-01-15"), 1.0)),
        events=(AssetEvent(day("2024-02-15"), "partial_call", fraction=0.5),),
    )
    found = rows_of(rated, Assumptions(cdr=RATING, severity=0.4), analysis=START)
    assert (found.default[1], found.default_value[1]) == (5_000_000.0, 5_000_000.0)
