"""Capital, multiples and returns of partners, funds, pools and investments. V numbers are the examples of fund-admin 6."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations import returns
from calculations.funds.performance.columns import measure_columns
from calculations.funds.performance.conventions import Facility, Included
from calculations.funds.performance.days import Window, measurement_points, quarter_ends, window_start
from calculations.funds.performance.facility import (
    CalledRepayments,
    Draws,
    ProceedsRepayments,
    Unlevered,
    without_facility,
)
from calculations.funds.performance.histories import Histories, Legs, joined
from calculations.funds.performance.levels import Holdings, Partners, Scope, gross_series, net_series
from calculations.funds.performance.measures import Measures
from calculations.funds.performance.values import Values

BEGAN = dt.date(2019, 12, 31)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def days(*values: dt.date) -> np.ndarray:
    return np.array(values, dtype="datetime64[D]")


def legs(*rows: tuple[int, dt.date, int, int]) -> Legs:
    """From (series, day, called, distributed)."""
    return Legs(
        ints(*(row[0] for row in rows)),
        days(*(row[1] for row in rows)),
        ints(*(row[2] for row in rows)),
        ints(*(row[3] for row in rows)),
    )


def values(*rows: tuple[int, dt.date, int], is_carried: bool = False) -> Values:
    """From (series, day, value)."""
    columns = ints(*(row[0] for row in rows)), days(*(row[1] for row in rows)), ints(*(row[2] for row in rows))
    return Values.of(*columns, is_carried=is_carried)


def partners(
    flows: Legs, navs: Values, commitments: Legs, fund: tuple[int, ...] = (0,), fee_paying: tuple[bool, ...] = (True,)
) -> Partners:
    return Partners(ints(*fund), np.array(fee_paying), flows, navs, commitments, values())


def row(found: Measures, day: dt.date, series: int = 0) -> int:
    (place,) = np.flatnonzero((found.points.series == series) & (found.points.day == np.datetime64(day, "D")))
    return int(place)


def ratio(found: Measures, name: str, day: dt.date) -> tuple[float, str | None]:
    return found.ratios[name].values[row(found, day)], found.ratios[name].reasons[row(found, day)]


def net_measures(many: Partners, scope: Scope, line: Unlevered | None = None) -> list[Measures]:
    return [series.measures(scope) for series in net_series(many, line)]


# multiples ------------------------------------------------------------------------------------------------------------

VALUED = dt.date(2022, 12, 31)
RECALL = legs(
    (0, dt.date(2020, 1, 15), 3_000, 0),
    (0, dt.date(2020, 6, 15), 4_000, 0),
    (0, dt.date(2021, 1, 15), 0, 1_000),
    (0, dt.date(2021, 6, 15), 2_500, 0),
    (0, dt.date(2022, 6, 15), 0, 3_500),
)


def test_paid_in_capital_includes_what_was_recalled() -> None:
    """V6: PIC 0.950000, DPI 0.473684, RVPI 0.863158, TVPI 1.336842."""
    one = partners(RECALL, values((0, VALUED, 8_200)), legs((0, BEGAN, 10_000, 0)))
    found = net_measures(one, Scope(VALUED))[0]
    expected = {"pic": 0.95, "dpi": 45 / 95, "rvpi": 82 / 95, "tvpi": 127 / 95}
    assert {name: ratio(found, name, VALUED) for name in expected} == {
        name: (pytest.approx(value, abs=1e-12), None) for name, value in expected.items()
    }
    at = row(found, VALUED)
    assert {name: money.units[at] for name, money in found.money.items()} == {
        "committed": 10_000,
        "paid_in": 9_500,
        "distributed": 4_500,
        "nav": 8_200,
        "total_value": 12_700,
    }


def test_capital_given_back_by_equalisation_is_netted_from_paid_in_capital() -> None:
    flows = legs((0, dt.date(2020, 1, 15), 100, 0), (0, dt.date(2020, 2, 15), -40, 0))
    found = net_measures(partners(flows, values((0, VALUED, 90)), legs((0, BEGAN, 200, 0))), Scope(VALUED))[0]
    assert ratio(found, "rvpi", VALUED) == (1.5, None)
    assert ratio(found, "dpi", VALUED) == (0.0, None)


def test_without_paid_in_capital_or_a_commitment_a_ratio_is_null_and_not_zero() -> None:
    flows = legs((0, dt.date(2020, 1, 15), 0, 10))
    found = net_measures(partners(flows, values((0, VALUED, 5)), legs((0, BEGAN, 200, 0))), Scope(VALUED))[0]
    for name in ("pic", "dpi", "rvpi", "tvpi"):
        assert ratio(found, name, VALUED) == (pytest.approx(np.nan, nan_ok=True), "NO_PAID_IN")
    found = net_measures(partners(RECALL, values((0, VALUED, 5)), legs()), Scope(VALUED))[0]
    assert ratio(found, "pic", VALUED) == (pytest.approx(np.nan, nan_ok=True), "NO_COMMITMENT")


def test_a_day_without_a_value_has_flows_but_no_value_and_says_so() -> None:
    one = partners(RECALL, values((0, VALUED, 8_200)), legs((0, BEGAN, 10_000, 0)))
    found = net_measures(one, Scope(VALUED))[0]
    quarter = dt.date(2021, 3, 31)
    assert ratio(found, "dpi", quarter) == (pytest.approx(1_000 / 7_000, abs=1e-12), None)
    assert ratio(found, "tvpi", quarter) == (pytest.approx(np.nan, nan_ok=True), "NAV_MISSING")
    at = row(found, quarter)
    assert (found.rates["irr"].reasons[at], found.money["nav"].reasons[at]) == ("NAV_MISSING", "NAV_MISSING")
    assert np.isnat(found.value_day[at])


def unknown_leg(is_called: bool) -> Legs:
    nothing, why = (ints(0), ints(0)), np.array(["FX_MISSING"], object)
    reasons = (why, None) if is_called else (None, why)
    return joined(RECALL, Legs(ints(0), days(dt.date(2021, 5, 1)), *nothing, *reasons))


@pytest.mark.parametrize(
    ("is_called", "unknown", "known"),
    [
        (True, {"paid_in", "pic", "dpi", "rvpi", "tvpi", "irr"}, {"committed", "distributed", "nav", "total_value"}),
        (False, {"distributed", "total_value", "dpi", "tvpi", "irr"}, {"committed", "paid_in", "nav", "pic", "rvpi"}),
    ],
)
def test_a_leg_whose_amount_is_not_known_leaves_unknown_what_needs_it_and_nothing_else(
    is_called: bool, unknown: set[str], known: set[str]
) -> None:
    """fund-admin 3.1: PIC = C/K, DPI = D/C, RVPI = V/C, TVPI = (D + V)/C; a rate of return needs every flow."""
    navs, commitments = values((0, VALUED, 8_200)), legs((0, BEGAN, 10_000, 0))
    found = net_measures(partners(unknown_leg(is_called), navs, commitments), Scope(VALUED))[0]
    before, at = row(found, dt.date(2021, 3, 31)), row(found, VALUED)
    figures = {**found.money, **found.ratios, **found.rates}
    assert {name: figures[name].reasons[at] for name in unknown | known} == {
        **dict.fromkeys(unknown, "FX_MISSING"),
        **dict.fromkeys(known),
    }
    assert figures["paid_in"].reasons[before] is figures["distributed"].reasons[before] is None


# days and windows -----------------------------------------------------------------------------------------------------


def test_quarters_end_as_the_fiscal_year_says() -> None:
    span = dt.date(2020, 1, 31), dt.date(2020, 12, 31)
    assert quarter_ends(*span).astype(str).tolist() == ["2020-03-31", "2020-06-30", "2020-09-30", "2020-12-31"]
    assert quarter_ends(*span, fiscal_year_end=1).astype(str).tolist() == [
        "2020-01-31",
        "2020-04-30",
        "2020-07-31",
        "2020-10-31",
    ]


def test_a_series_is_measured_at_quarter_ends_and_on_days_of_value_from_its_first_flow() -> None:
    flows = Histories.of(legs((0, dt.date(2020, 5, 5), 1, 0), (2, dt.date(2020, 8, 1), 1, 0)), 3)
    stated = values((0, dt.date(2020, 1, 31), 1), (0, dt.date(2020, 7, 7), 1), (2, dt.date(2020, 9, 30), 1))
    found = measurement_points(flows, stated, dt.date(2020, 10, 1))
    assert found.series.tolist() == [0, 0, 0, 2]
    assert found.day.astype(str).tolist() == ["2020-06-30", "2020-07-07", "2020-09-30", "2020-09-30"]


@pytest.mark.parametrize(
    ("day", "window", "start"),
    [
        ("2021-02-28", Window.ONE_YEAR, "2020-02-29"),  # the last day of the month stays one
        ("2024-06-30", Window.THREE_YEARS, "2021-06-30"),
        ("2024-06-15", Window.FIVE_YEARS, "2019-06-15"),
        ("2024-06-30", Window.QUARTER_TO_DATE, "2024-03-31"),
        ("2024-05-15", Window.QUARTER_TO_DATE, "2024-03-31"),
        ("2024-12-31", Window.YEAR_TO_DATE, "2023-12-31"),
        ("2024-01-01", Window.YEAR_TO_DATE, "2023-12-31"),
    ],
)
def test_a_window_opens_at_the_close_of_a_day(day: str, window: Window, start: str) -> None:
    assert window_start(np.array([day], dtype="datetime64[D]"), window).astype(str).tolist() == [start]


def test_a_year_to_date_opens_with_the_fiscal_year() -> None:
    day = np.array(["2024-06-30", "2024-07-31"], dtype="datetime64[D]")
    assert window_start(day, Window.YEAR_TO_DATE, fiscal_year_end=6).astype(str).tolist() == [
        "2023-06-30",
        "2024-06-30",
    ]


STEADY = legs((0, dt.date(2020, 6, 30), 1_000, 0), (0, dt.date(2022, 6, 30), 0, 100))
STEADY_NAVS = values(
    (0, dt.date(2021, 12, 31), 1_200), (0, dt.date(2022, 12, 31), 1_300), (0, dt.date(2022, 9, 30), 1_250)
)  # fmt: skip


def test_returns_of_windows_are_those_of_opening_value_flows_and_closing_value() -> None:
    """One year to 2022-12-31 from 1,200 with 100 paid out: pyxirr solves it on its own; a quarter is 1,300 / 1,250 - 1."""
    found = net_measures(partners(STEADY, STEADY_NAVS, legs()), Scope(VALUED))[0]
    at = row(found, VALUED)
    year = pyxirr.xirr([dt.date(2021, 12, 31), dt.date(2022, 6, 30), VALUED], [-1_200.0, 100.0, 1_300.0])
    assert found.rates["irr_1y"].values[at] == pytest.approx(year, abs=1e-8)
    assert found.rates["irr_ytd"].values[at] == found.rates["irr_1y"].values[at]
    quarter = found.rates["irr_qtd"]
    assert (quarter.values[at], quarter.reasons[at], quarter.is_annualised[at]) == (
        pytest.approx(0.04, abs=1e-12),
        "SHORT_HISTORY",
        False,
    )
    assert found.rates["irr_3y"].reasons[at] == "HISTORY_TOO_SHORT"
    assert found.rates["irr_1y"].reasons[row(found, dt.date(2022, 9, 30))] == "OPENING_NAV_MISSING"


def test_a_period_in_which_a_fund_began_opens_at_nothing() -> None:
    """V13: 3 % in the month, neither 42.6 % nor 41.6 %."""
    end = dt.date(2011, 12, 31)
    began = legs((0, dt.date(2011, 11, 30), 100, 0))
    found = net_measures(partners(began, values((0, end, 103)), legs()), Scope(end))[0]
    for name in ("irr", "irr_qtd", "irr_ytd"):
        assert (found.rates[name].values[0], found.rates[name].is_annualised[0]) == (
            pytest.approx(0.03, abs=1e-12),
            False,
        )
    assert found.rates["irr_1y"].reasons[0] == "HISTORY_TOO_SHORT"


def test_an_ambiguous_rate_is_null_with_the_list() -> None:
    """V2: 10 % and 20 %."""
    start = dt.date(2021, 1, 1)
    day = [start + dt.timedelta(365 * year) for year in range(3)]
    flows = legs((0, day[0], 0, 100), (0, day[1], 230, 0))
    found = net_measures(partners(flows, values((0, day[2], 132)), legs()), Scope(day[2]))[0]
    at = row(found, day[2])
    assert (np.isnan(found.rates["irr"].values[at]), found.rates["irr"].reasons[at]) == (True, "AMBIGUOUS")
    assert found.rates["irr"].listed[at] == pytest.approx((0.10, 0.20), abs=1e-8)


# series of several ----------------------------------------------------------------------------------------------------

GP_AND_LP = joined(
    legs((0, dt.date(2020, 1, 1), 900, 0), (0, dt.date(2021, 1, 1), 0, 300)),
    legs((1, dt.date(2020, 1, 1), 100, 0), (1, dt.date(2021, 1, 1), 0, 90)),
)
BOTH_VALUED = values((0, VALUED, 800), (1, VALUED, 400))


def test_net_to_limited_partners_leaves_out_who_pays_no_fee() -> None:
    two = partners(GP_AND_LP, BOTH_VALUED, legs((0, BEGAN, 1_000, 0), (1, BEGAN, 100, 0)), (0, 0), (True, False))
    _, everyone, limited = net_measures(two, Scope(VALUED))
    assert (everyone.basis.included, limited.basis.included) == (Included.ALL_PARTNERS, Included.FEE_PAYING_PARTNERS)
    assert ratio(everyone, "tvpi", VALUED) == ((390 + 1_200) / 1_000, None)
    assert ratio(limited, "tvpi", VALUED) == (pytest.approx(1_100 / 900, abs=1e-12), None)


def test_a_fund_is_worth_nothing_known_while_one_partner_is_not_valued() -> None:
    two = partners(GP_AND_LP, values((0, VALUED, 800)), legs(), (0, 0), (True, True))
    assert ratio(net_measures(two, Scope(VALUED))[1], "rvpi", VALUED)[1] == "NAV_MISSING"
    whole = Partners(two.fund, two.is_fee_paying, two.legs, two.values, two.commitments, values((0, VALUED, 1_200)))
    assert ratio(net_measures(whole, Scope(VALUED))[1], "rvpi", VALUED) == (1.2, None)


def test_figures_without_the_line_say_so_and_have_the_balance_in_the_value() -> None:
    """1,000 drawn in January and still out: 600 and 400 are as if called, and in the value."""
    drawn, end = dt.date(2022, 1, 10), VALUED
    two = partners(
        legs((0, dt.date(2021, 1, 1), 60, 0), (1, dt.date(2021, 1, 1), 40, 0)),
        values((0, end, 100), (1, end, 50)),
        legs((0, BEGAN, 1_200, 0), (1, BEGAN, 800, 0)),
        (0, 0),
        (True, True),
    )
    none = CalledRepayments(ints(), ints(), ints(), ints()), ProceedsRepayments(ints(), days(), ints())
    line = without_facility(two.legs, Draws(ints(0), days(drawn), ints(1_000)), *none, two.fund, ints(1_200, 800))
    each, whole, _ = net_measures(two, Scope(end), line)
    assert (each.basis.facility, whole.basis.facility) == (Facility.WITHOUT, Facility.WITHOUT)
    at = row(each, end, series=0)
    assert (each.money["paid_in"].units[at], each.money["nav"].units[at]) == (660, 700)
    assert (whole.money["paid_in"].units[row(whole, end)], whole.money["nav"].units[row(whole, end)]) == (1_100, 1_150)


def test_a_row_names_its_convention() -> None:
    each = net_measures(partners(RECALL, values(), legs()), Scope(VALUED))[0]
    assert each.basis.as_row() == {
        "level": "INVESTOR",
        "measure": "NET",
        "date_basis": "DUE",
        "included": "ONE_PARTNER",
        "facility": "WITH",
        "day_count": "ACT/365F",
    }


# investments ----------------------------------------------------------------------------------------------------------


def test_moic_is_realised_and_unrealised_over_invested_and_a_fair_value_holds_until_the_next() -> None:
    bought, sold = dt.date(2020, 2, 1), dt.date(2021, 2, 1)
    held = Holdings(
        ints(0, 0),
        legs((0, bought, 100, 0), (0, sold, 0, 250), (1, bought, 200, 0), (1, sold, 0, 20)),
        values((0, bought, 100), (0, sold, 0), (1, bought, 200), (1, dt.date(2020, 12, 31), 260), is_carried=True),
    )
    each, whole = [one.measures(Scope(dt.date(2021, 3, 31))) for one in gross_series(held)]
    end = row(each, dt.date(2021, 3, 31), series=1)
    assert each.ratios["moic"].values[end] == (20 + 260) / 200
    assert str(each.value_day[end]) == "2020-12-31"
    assert each.ratios["moic"].values[row(each, dt.date(2021, 3, 31), series=0)] == 2.5
    assert ratio(whole, "moic", dt.date(2021, 3, 31)) == (pytest.approx((270 + 260) / 300, abs=1e-12), None)
    assert whole.basis.date_basis == "CASH"


def test_a_fund_that_bought_and_has_not_yet_valued_is_not_measured_as_if_it_held_nothing() -> None:
    held = Holdings(
        ints(0, 0),
        legs((0, dt.date(2020, 2, 1), 100, 0), (1, dt.date(2020, 5, 1), 50, 0)),
        values((0, dt.date(2020, 2, 1), 100), (1, dt.date(2020, 9, 30), 60), is_carried=True),
    )
    whole = gross_series(held)[1].measures(Scope(dt.date(2020, 9, 30)))
    assert [ratio(whole, "moic", dt.date(2020, m, d))[1] for m, d in ((3, 31), (6, 30), (9, 30))] == [
        None,
        "NAV_MISSING",
        None,
    ]


# what always holds ----------------------------------------------------------------------------------------------------

Flow = tuple[int, int, int, int]  # partner, days after the beginning, called, distributed
flows_of_three = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1_500), st.integers(0, 10**8), st.integers(0, 10**8)), max_size=12
)
navs_of_three = st.lists(st.integers(-(10**6), 10**9), min_size=3, max_size=3)
END = BEGAN + dt.timedelta(1_600)


def measured(flows: list[Flow], navs: list[int], factor: int = 1, shift: int = 0) -> list[Measures]:
    began, end = BEGAN + dt.timedelta(shift), END + dt.timedelta(shift)
    booked = legs(*((who, began + dt.timedelta(day), c * factor, d * factor) for who, day, c, d in flows))
    commitments = legs(*((who, began, 10**9 * factor, 0) for who in range(3)))
    worth = values(*((who, end, nav * factor) for who, nav in enumerate(navs)))
    three = partners(booked, worth, commitments, (0, 0, 0), (True, True, False))
    return net_measures(three, Scope(end, windows=()))


def at_end(found: Measures, shift: int = 0) -> np.ndarray:
    return found.points.day == np.datetime64(END + dt.timedelta(shift), "D")


@settings(max_examples=40, deadline=None)
@given(flows_of_three, navs_of_three)
def test_every_figure_is_the_plain_decimal_reading_of_one_partner(flows: list[Flow], navs: list[int]) -> None:
    each = measured(flows, navs)[0]
    for place in np.flatnonzero(at_end(each)).tolist():
        who = int(each.points.series[place])
        own = [(BEGAN + dt.timedelta(day), c, d) for partner, day, c, d in flows if partner == who]
        paid, back, nav = Decimal(sum(c for _, c, _ in own)), Decimal(sum(d for _, _, d in own)), Decimal(navs[who])
        plain = {
            "pic": returns.pic(paid, Decimal(10**9)),
            "dpi": returns.dpi(back, paid),
            "rvpi": returns.rvpi(nav, paid),
            "tvpi": returns.tvpi(back, nav, paid),
        }
        for name, expected in plain.items():
            found = each.ratios[name]
            assert found.reasons[place] == expected.reason
            if expected.value is not None:
                assert found.values[place] == pytest.approx(float(expected.value), rel=1e-12, abs=1e-12)
        sides = [(day, amount) for day, c, d in own for amount in (-c, d)]
        rate = returns.since_inception([day for day, _ in sides], [amount for _, amount in sides], END, navs[who])
        irr = each.rates["irr"]
        if rate.rate is not None and rate.rate >= 1e10:  # ten digits before the point, DECIMAL(28,18)
            assert (irr.reasons[place], np.isnan(irr.values[place])) == ("OUT_OF_RANGE", True)
            continue
        assert irr.reasons[place] == rate.reason
        if rate.rate is not None:
            assert irr.values[place] == pytest.approx(rate.rate, rel=1e-9, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(flows_of_three, navs_of_three)
def test_total_value_to_paid_in_is_the_sum_of_its_parts_to_the_last_decimal(flows: list[Flow], navs: list[int]) -> None:
    for found in measured(flows, navs):
        dpi, rvpi, tvpi = (found.ratios[name].values.tolist() for name in ("dpi", "rvpi", "tvpi"))
        for d, r, t in zip(dpi, rvpi, tvpi, strict=True):
            if not np.isnan(t) and max(abs(d), abs(r)) < 1_000:
                assert round(Decimal(t), 12) == round(Decimal(d), 12) + round(Decimal(r), 12)


@settings(max_examples=30, deadline=None)
@given(flows_of_three, navs_of_three, st.sampled_from([2, 1_000, 4_096]))
def test_scaling_all_money_changes_no_ratio_and_no_rate(flows: list[Flow], navs: list[int], factor: int) -> None:
    for one, other in zip(measured(flows, navs), measured(flows, navs, factor), strict=True):
        for name in one.ratios:
            np.testing.assert_array_equal(one.ratios[name].values, other.ratios[name].values)
        np.testing.assert_allclose(one.rates["irr"].values, other.rates["irr"].values, rtol=1e-9, atol=1e-11)


@settings(max_examples=30, deadline=None)
@given(flows_of_three, navs_of_three, st.integers(-2_000, 2_000))
def test_moving_all_days_changes_no_rate(flows: list[Flow], navs: list[int], shift: int) -> None:
    for still, moved in zip(measured(flows, navs), measured(flows, navs, shift=shift), strict=True):
        here, there = at_end(still), at_end(moved, shift)
        np.testing.assert_array_equal(still.rates["irr"].values[here], moved.rates["irr"].values[there])


@settings(max_examples=30, deadline=None)
@given(flows_of_three, navs_of_three)
def test_money_of_the_fund_is_the_sum_of_its_partners(flows: list[Flow], navs: list[int]) -> None:
    each, whole, _ = measured(flows, navs)
    for place in np.flatnonzero(at_end(whole)).tolist():
        for name in ("paid_in", "distributed", "nav", "total_value"):
            if name in ("nav", "total_value") and len({who for who, *_ in flows}) < 3:
                continue  # a partner that was never called is valued, but not measured by itself
            assert whole.money[name].units[place] == each.money[name].units[at_end(each)].sum()


def test_columns_have_a_reason_beside_every_figure_and_the_list_beside_an_ambiguous_rate() -> None:
    start = dt.date(2021, 1, 1)
    flows = legs((0, start, 0, 100), (0, start + dt.timedelta(365), 230, 0))
    end = start + dt.timedelta(730)
    columns = measure_columns(net_measures(partners(flows, values((0, end, 132)), legs()), Scope(end))[0])
    assert {column.size for column in columns.values()} == {columns["series"].size}
    figures = {name.removesuffix("_reason") for name in columns if name.endswith("_reason")}
    assert figures == {
        *("committed", "paid_in", "distributed", "nav", "total_value", "pic", "dpi", "rvpi", "tvpi"),
        *("irr", "irr_1y", "irr_3y", "irr_5y", "irr_qtd", "irr_ytd"),
    }
    last = columns["event_date"] == np.datetime64(end, "D")
    assert columns["irr_roots"][last].tolist() == ["0.100000000000, 0.200000000000"]  # V2
    assert columns["irr_roots"][~last].tolist() == [None] * int((~last).sum())
