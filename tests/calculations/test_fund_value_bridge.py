"""From one net asset value to the next, and what of it is currency. Source: fund-admin 3.5, examples V10, V15, V16."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.funds.performance.bridge import LINES, BridgeLine, Movements, value_bridge
from calculations.funds.performance.days import Points, Window
from calculations.funds.performance.fx_effect import Stretch, fx_effects
from calculations.funds.performance.histories import Histories, Legs
from calculations.funds.performance.investment_bridge import Gains, investment_gains
from calculations.funds.performance.values import Values

OPENED, INSIDE, CLOSED = dt.date(2024, 6, 30), dt.date(2024, 8, 15), dt.date(2024, 9, 30)
V16 = [  # cents, as effects on the net asset value
    (BridgeLine.CONTRIBUTIONS, 150_000_000),
    (BridgeLine.DISTRIBUTIONS, -80_000_000),
    (BridgeLine.FEES, -5_000_000),
    (BridgeLine.FEES, 1_000_000),
    (BridgeLine.EXPENSES, -1_500_000),
    (BridgeLine.INCOME, 1_200_000),
    (BridgeLine.REALISED_GAIN, 20_000_000),
    (BridgeLine.UNREALISED_GAIN, 35_000_000),
    (BridgeLine.ACCRUED_CARRY, -10_000_000),
]
OPENING, CLOSING = 1_000_000_000, 1_110_700_000


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def days(*values: dt.date) -> np.ndarray:
    return np.array(values, dtype="datetime64[D]")


def movements(rows: list[tuple[BridgeLine, int]], day: dt.date = INSIDE) -> Movements:
    return Movements(
        np.zeros(len(rows), dtype=np.int64),
        days(*[day] * len(rows)),
        ints(*(LINES.index(line) for line, _ in rows)),
        ints(*(amount for _, amount in rows)),
    )


def quarter(rows: Movements, navs: dict[dt.date, int], window: Window | None = Window.QUARTER_TO_DATE):  # type: ignore[no-untyped-def]
    values = Values.of(np.zeros(len(navs), dtype=np.int64), days(*navs), ints(*navs.values()))
    return value_bridge(values, rows, Points(ints(0), days(CLOSED)), window)


def test_the_roll_of_v16_closes_with_nothing_unexplained() -> None:
    found = quarter(movements(V16), {OPENED: OPENING, CLOSED: CLOSING})
    assert (found.opening[0], found.closing[0], found.unexplained[0], found.reasons[0]) == (OPENING, CLOSING, 0, None)
    assert found.lines[BridgeLine.FEES].tolist() == [-4_000_000]
    before_carry = found.opening + sum(found.lines.values()) - found.lines[BridgeLine.ACCRUED_CARRY]
    assert before_carry.tolist() == [1_120_700_000]


def test_what_the_lines_do_not_explain_is_a_number_of_its_own() -> None:
    assert quarter(movements(V16), {OPENED: OPENING, CLOSED: CLOSING + 7}).unexplained.tolist() == [7]


@pytest.mark.parametrize(("day", "counts"), [(OPENED, False), (OPENED + dt.timedelta(1), True), (CLOSED, True)])
def test_a_quarter_begins_after_the_last_day_of_the_one_before(day: dt.date, counts: bool) -> None:
    found = quarter(movements([(BridgeLine.INCOME, 5)], day), {OPENED: 10, CLOSED: 15})
    assert found.lines[BridgeLine.INCOME].tolist() == [5 * counts]


def test_a_fund_that_began_in_the_quarter_opens_at_nothing() -> None:
    found = quarter(movements([(BridgeLine.CONTRIBUTIONS, 100)]), {CLOSED: 98})
    assert (found.opening[0], found.unexplained[0], found.reasons[0]) == (0, -2, None)


def test_since_inception_all_movements_count() -> None:
    rows = movements([(BridgeLine.CONTRIBUTIONS, 100)], dt.date(2020, 1, 1))
    found = quarter(rows, {CLOSED: 130}, window=None)
    assert (found.lines[BridgeLine.CONTRIBUTIONS][0], found.unexplained[0]) == (100, 30)


def test_a_value_that_is_not_known_leaves_the_bridge_open_and_says_so() -> None:
    earlier = movements([(BridgeLine.CONTRIBUTIONS, 100)], dt.date(2024, 1, 15))
    for navs in ({CLOSED: 130}, {OPENED: 100}):
        found = quarter(earlier, navs)
        assert (found.reasons[0], found.unexplained[0]) == ("NAV_MISSING", 0)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 7), st.integers(0, 90), st.integers(-(10**12), 10**12)),
        max_size=20,
    ),
    st.lists(st.integers(-(10**12), 10**12), min_size=8, max_size=8),
)
def test_the_bridge_of_the_fund_is_the_sum_of_its_partners_and_always_closes(
    rows: list[tuple[int, int, int, int]], navs: list[int]
) -> None:
    series, line, after, amount = (ints(*column) for column in zip(*rows, strict=True)) if rows else (ints(),) * 4
    booked = Movements(series, np.datetime64(OPENED, "D") + after.astype("timedelta64[D]"), line, amount)
    partner = np.arange(4)
    values = Values.of(np.tile(partner, 2), np.repeat(days(OPENED, CLOSED), 4), ints(*navs))
    found = value_bridge(values, booked, Points(partner, np.repeat(days(CLOSED), 4)))
    assert (found.opening + sum(found.lines.values()) + found.unexplained == found.closing).all()

    nobody = Histories.of(Legs(partner, np.repeat(days(OPENED), 4), np.ones(4, dtype=int), np.zeros(4, dtype=int)), 4)
    whole = value_bridge(
        values.pooled(np.zeros(4, dtype=np.int64), nobody),
        Movements(np.zeros_like(series), booked.day, line, amount),
        Points(ints(0), days(CLOSED)),
    )
    assert whole.unexplained[0] == found.unexplained.sum()
    for one in LINES:
        assert whole.lines[one][0] == found.lines[one].sum()


# currency -------------------------------------------------------------------------------------------------------------


def test_local_gain_is_taken_at_the_closing_rate_and_the_opening_value_at_the_change_of_the_rate() -> None:
    """V15: 1,000,000 GBP were 1,271,503.37 USD on 2023-12-31 and are 1,252,924.58 at the rate of 2024-12-31.

    With a gain of 100,000 GBP the local gain is 125,292.46 (1,252,924.578 / 10); the two rates cost the opening value
    18,578.79.
    """
    rate = Fraction("1.0389") / Fraction("0.82918")
    local = Stretch(ints(100_000_000), ints(0), ints(110_000_000))
    base = Stretch(ints(127_150_337), ints(0), ints(137_821_704))
    found = fx_effects(local, base, [rate], [2], [2])
    assert (found.local_gain[0], found.on_opening_value[0]) == (12_529_246, -1_857_879)
    assert found.on_flows[0] == 0


def test_minor_units_of_the_two_currencies_may_differ() -> None:
    """V15: 100,000,000 JPY at 163.06 a euro of 1.0389 dollars are 637,127.44 USD."""
    rate = Fraction("1.0389") / Fraction("163.06")
    found = fx_effects(
        Stretch(ints(0), ints(0), ints(100_000_000)), Stretch(ints(0), ints(0), ints(63_712_744)), [rate], [0], [2]
    )
    assert found.local_gain.tolist() == [63_712_744]


def test_a_flow_earns_the_change_of_the_rate_since_its_day() -> None:
    """10.00 paid in at 1.20, nothing gained locally, closing rate 1.30: the flow gained 1.00."""
    found = fx_effects(
        Stretch(ints(0), ints(1_000), ints(1_000)),
        Stretch(ints(0), ints(1_200), ints(1_300)),
        [Decimal("1.30")],
        [2],
        [2],
    )
    assert (found.local_gain[0], found.on_opening_value[0], found.on_flows[0]) == (0, 0, 100)


def test_gains_are_local_ones_at_the_closing_rate_and_a_stated_cost_that_does_not_follow_is_unexplained() -> None:
    """Worth 10.00 at 1.20, 4.00 paid in at 1.25, 3.00 returned at 1.25 of which 1.00 is gain, then worth 14.00 at 1.30.

    By hand: the local gain 14 - 10 - 4 + 3 = 3.00 is 3.90 at 1.30: realised 1.00 is 1.30, unrealised 1.50 is 1.95, 0.65 is
    left. The opening value gained 10 x 0.10 = 1.00, the net flow of 1.00 gained 0.05. In all 18.20 - 12.00 - 1.25 = 4.95.
    """
    parts = investment_gains(
        Stretch(ints(1_000), ints(100), ints(1_400)),
        Stretch(ints(1_200), ints(125), ints(1_820)),
        Gains(ints(100), ints(150)),
        [Fraction("1.30")],
        ints(2),
        ints(2),
    )
    found = [each[0] for each in (parts.realised, parts.unrealised, parts.fx_effect, parts.unexplained)]
    assert found == [130, 195, 105, 65]
    assert sum(found) == 495


money = st.integers(-(10**12), 10**12)
rates = st.decimals("0.01", "200", places=6)


@settings(deadline=None)
@given(money, money, money, money, rates, rates, rates)
def test_the_parts_add_up_to_the_gain_and_vanish_where_no_rate_moves(
    opening: int, invested: int, closing: int, cents: int, first: Decimal, last: Decimal, between: Decimal
) -> None:
    local = Stretch(ints(opening), ints(invested), ints(closing))

    def base(at_opening: Decimal, at_flow: Decimal, at_close: Decimal) -> Stretch:
        return Stretch(*(ints(round(amount * rate)) for amount, rate in ((opening, at_opening), (invested, at_flow), (closing, at_close))))  # fmt: skip

    moved = base(first, between, last)
    found = fx_effects(local, moved, [last], [2], [2])
    assert found.local_gain + found.on_opening_value + found.on_flows == moved.gain
    still = fx_effects(local, base(last, last, last), [last], [2], [2])
    assert abs(still.on_opening_value[0]) <= 1
    assert abs(still.on_flows[0]) <= 3  # four roundings of half a unit, and the ties
