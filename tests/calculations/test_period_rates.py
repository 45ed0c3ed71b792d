"""Annual rates to rates of a period: one conversion in exact numbers, in arrays and in the compiled loop."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.collateral.kernel import period_rate
from calculations.nav.numbers import precise, stored
from calculations.period_rates import exact_period_rate, period_rates

D = Decimal
RATES = st.decimals(min_value=0, max_value=1, places=6)


@pytest.mark.parametrize(
    ("annual", "years", "expected"),
    [
        # nav.md 8, E-17: SMM of CPR 10 % and MDR of CDR 3 %
        ("0.1", Fraction(1, 12), ".00874161095469670576"),
        ("0.03", Fraction(1, 12), ".00253504861383671915"),
        # clo-collateral-engine 1.5: CPR 20 % and CDR 2 % over 90 days of 30/360
        ("0.2", Fraction(90, 360), "0.05425839099682"),
        ("0.02", Fraction(90, 360), "0.00503794360731"),
        ("1", Fraction(1, 12), "1"),
        ("0.2", Fraction(0), "0"),
    ],
)
def test_annual_rates_become_period_rates(annual: str, years: Fraction, expected: str) -> None:
    places = D(1).scaleb(-len(expected.partition(".")[2]))
    with precise():
        assert abs(exact_period_rate(D(annual), years) - D(expected)) <= places


@given(RATES)
def test_twelve_months_compound_to_the_year(annual: Decimal) -> None:
    with precise():
        assert stored((1 - exact_period_rate(annual)) ** 12) == stored(1 - annual)


@settings(deadline=None)  # the first call compiles
@given(RATES, st.integers(1, 400))
def test_exact_array_and_compiled_conversions_agree(annual: Decimal, days: int) -> None:
    years = Fraction(days, 360)
    with precise():
        exact = float(exact_period_rate(annual, years))
    # a float rate is off by half an ulp, which weighs more the less is left of 1 - rate
    near = 1e-14 + float(np.finfo(float).eps) * float(years) / float(1 - annual) if annual < 1 else 1e-14
    assert period_rate(float(annual), float(years)) == pytest.approx(exact, abs=near)
    assert period_rates(np.array([float(annual)]), float(years)) == pytest.approx([exact], abs=near)


@pytest.mark.parametrize(("annual", "years"), [("-0.01", 1), ("1.01", 1), ("0.1", -1)])
def test_what_is_no_rate_is_refused(annual: str, years: int) -> None:
    with pytest.raises(ValueError, match="annual rate from 0 to 1"):
        exact_period_rate(D(annual), Fraction(years))
