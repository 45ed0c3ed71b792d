"""What is reported as paid for each coverage test: the worked tables of clo-liabilities-waterfall 9.2, to the cent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.deal import DealResult
from tests.calculations.deal.test_worked_examples import CURES, JUNIOR_FAILS, cures, step
from tests.calculations.deal.worked import cents, run

BY_INTEREST = CURES.replace("cure: principal", "cure: interest")
NOTHING = (0.0, 0.0, 0.0, 0.0)
IN_FULL = 2_033_898.31  # interest cure of the class B test


def paid_for(found: DealResult, test: str) -> tuple[float, ...]:
    """Credited by tests above from interest and from principal, then paid by the test's own covers from each."""
    payments = found.tests[test].cures
    assert payments is not None
    names = ("prior_interest", "prior_principal", "own_interest", "own_principal")
    return tuple(cents(getattr(payments, name))[0] for name in names)


@pytest.mark.parametrize(
    ("text", "quirks", "own"),
    [
        (CURES, (), (1_497_638.89, 3_515_478.40)),
        (CURES, ("LIA-02",), (1_497_638.89, 0.0)),
        # money of the principal list is a principal cure, whatever arithmetic bounds it
        (BY_INTEREST, (), (1_497_638.89, 536_259.42)),
    ],
    ids=["correct", "credited-twice", "interest-arithmetic"],
)
def test_a_failing_oc_test_shows_what_its_covers_paid(
    text: str, quirks: tuple[str, ...], own: tuple[float, float]
) -> None:
    found = cures(text, quirks)
    assert paid_for(found, "OC-B") == (0.0, 0.0, *own)
    assert {paid_for(found, name) for name in ("IC-B", "OC-C", "IC-C")} == {NOTHING}  # they pass


def test_what_a_senior_test_paid_stands_before_the_cure_of_the_junior_one() -> None:
    # 9.2 (d): the senior interest cure is complete, so that its principal cure is nothing
    found = cures(JUNIOR_FAILS, interest=4.13e6)
    assert paid_for(found, "OC-B") == (0.0, 0.0, IN_FULL, 0.0)
    assert paid_for(found, "OC-C") == (IN_FULL, 0.0, 541_518.36, 3_231_875.00)


def test_cures_from_principal_are_credited_down_the_structure_too() -> None:
    # 9.2 (e)
    found = cures(JUNIOR_FAILS)
    assert paid_for(found, "OC-B") == (0.0, 0.0, 1_497_638.89, 3_515_478.40)
    assert paid_for(found, "OC-C") == (1_497_638.89, 3_515_478.40, 0.0, 2_484_521.60)


def test_a_cover_that_an_ic_test_asks_for_is_paid_for_that_test() -> None:
    # 9.2 (f): both OC tests pass
    found = cures(interest=1.5e6, principal=3e6, par=95e6)
    assert paid_for(found, "IC-B") == (0.0, 0.0, 147_638.89, 3_000_000.00)
    assert paid_for(found, "IC-C") == (147_638.89, 3_000_000.00, 0.0, 0.0)
    assert {paid_for(found, name) for name in ("OC-B", "OC-C")} == {NOTHING}


def test_nothing_is_said_of_cures_where_no_step_was_recorded() -> None:
    found = run(CURES, [2.85e6], [6e6], [86e6], steps=False)
    assert {test.cures for test in found.tests.values()} == {None}


@settings(max_examples=60, deadline=None)
@given(
    interest=st.floats(0, 8e6),
    principal=st.floats(0, 20e6),
    par=st.floats(60e6, 120e6),
    text=st.sampled_from([CURES, JUNIOR_FAILS]),
)
def test_a_cover_pays_the_larger_of_the_two_cures_of_its_tests(
    interest: float, principal: float, par: float, text: str
) -> None:
    found = cures(text, interest=interest, principal=principal, par=max(par, principal))
    for number, of_class in ((3, "B"), (6, "C")):
        oc, ic = paid_for(found, f"OC-{of_class}"), paid_for(found, f"IC-{of_class}")
        # step 6 of either list is the cover of class C, step 3 that of class B
        assert max(oc[2], ic[2]) == pytest.approx(step(found, "interest", number), abs=0.011)
        assert max(oc[3], ic[3]) == pytest.approx(step(found, "principal", number), abs=0.011)
