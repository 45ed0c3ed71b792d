"""Plants and wells by their cash: E-14, every error of nav 2 (M-EN), and what must always hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.methods.energy.cash import YearOfCash, output, worth
from calculations.nav.methods.energy.decline import Decline
from calculations.nav.methods.energy.product import forecast
from calculations.nav.methods.forecast import ForecastYear, Horizon
from calculations.nav.numbers import precise
from calculations.nav.results import Strike, Unavailable
from tests.calculations.nav.evidence import Stated, assumed, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, rounded

D = Decimal
USD = {"currency": "USD"}


def measured(result: Strike, name: str) -> Decimal | None:
    return next(each.value for each in result.measures if each.name == name)


def reason(result: Strike) -> str:
    assert result.status == "FAILED"
    return str(result.failures[0].reason)


def test_e14_a_solar_plant() -> None:
    found = example("energy", "example-e-14")
    years = forecast(found)
    assert [each.volume for each in years] == [
        D("107310"),
        D("106773.45"),
        D("106239.58275"),
        D("105708.38483625"),
        D("105179.84291206875"),
    ]
    assert [rounded(each.cash, 9) for each in years] == [
        D("4011260"),
        D("4041752.3805"),
        D("4072361.010376463"),
        D("4103083.315654449"),
        D("4133916.622257319"),
    ]
    result = struck(found)
    assert result.status == "STRUCK"
    amounts = {line.line_id: line.base_amount for line in result.lines}
    assert amounts["operations"] == D("16878573.820308704377")
    assert amounts["decommissioning"] == D("-816699.836440503796")
    assert rounded(measured(result, "ENTERPRISE_VALUE")) == D("16061873.983868200581")
    assert result.net_assets == D("7201873.983868200581")
    assert result.fair_value_level == 3


PLANT = {"subtype": "WIND", "capacity_mw": D(10), "hours_basis": "8760", "year_fraction": "30_360"}
ASSUMED = {
    "CAPACITY_FACTOR": assumed("CAPACITY_FACTOR", "0.5"),
    "DEGRADATION_RATE": assumed("DEGRADATION_RATE", "0"),
    "ENERGY_PRICE": assumed("ENERGY_PRICE", "50", "PRICE", **USD),
    "PRICE_ESCALATION": assumed("PRICE_ESCALATION", "0"),
    "OPEX_PER_MW": assumed("OPEX_PER_MW", "1000", "MONEY", **USD),
    "OPEX_ESCALATION": assumed("OPEX_ESCALATION", "0"),
    "DISCOUNT_RATE": assumed("DISCOUNT_RATE", "0.1"),
    "DISCOUNT_TIMING": assumed("DISCOUNT_TIMING", "YEAR_END", "TEXT"),
    "LIFE_YEARS": assumed("LIFE_YEARS", "2", "COUNT"),
    "DECOMMISSIONING_COST": assumed("DECOMMISSIONING_COST", "0", "MONEY", **USD),
    "DECOMMISSIONING_YEAR": assumed("DECOMMISSIONING_YEAR", "2", "COUNT"),
}
CASH = D(43800 * 50 - 10000)  # of each of the two years


def plant(*, product: dict[str, Any] | None = None, without: str = "", **sheets: Any) -> Strike:
    more = sheets.pop("assumptions", [])
    rows = [row for name, row in ASSUMED.items() if name != without] + more
    return struck(evidence("energy", PLANT | (product or {}), assumptions=rows, **sheets))


def test_years_are_discounted_from_their_ends_or_middles() -> None:
    with precise():
        assert plant().net_assets == rounded(CASH / D("1.1") + CASH / D("1.21"))
        middle = plant(without="DISCOUNT_TIMING", assumptions=[assumed("DISCOUNT_TIMING", "MID_YEAR", "TEXT")])
        assert middle.net_assets == rounded(CASH / D("1.1") ** D("0.5") + CASH / D("1.1") ** D("1.5"))


def test_a_strike_inside_the_first_year_sees_what_is_left() -> None:
    life = assumed("LIFE_YEARS", "2", "COUNT", as_of=dt.date(2025, 9, 10))
    with precise():
        expected = CASH / 2 / D("1.1") ** D("0.5") + CASH / D("1.1") ** D("1.5")
    assert plant(without="LIFE_YEARS", assumptions=[life]).net_assets == rounded(expected)


def test_without_a_life_the_plant_runs_to_its_last_day() -> None:
    result = plant(product={"decommission_date": dt.date(2027, 9, 10)}, without="LIFE_YEARS")
    with precise():
        assert result.net_assets == rounded(CASH / D("1.1") + CASH / 2 / D("1.1") ** D("1.5"))


def test_actual_hours_count_the_leap_day() -> None:
    # 2028-02-29 lies in the second year from 2026-03-10
    years = forecast(evidence("energy", PLANT | {"hours_basis": "ACTUAL"}, assumptions=list(ASSUMED.values())))
    assert [each.volume for each in years] == [10 * 8760 / D(2), 10 * 8784 / D(2)]


def test_tax_and_certificates() -> None:
    more = [assumed("TAX_RATE", "0.25"), assumed("REC_PRICE", "2", "PRICE", **USD)]
    more.append(assumed("REC_PRICE", "4", "PRICE", tenor="2027", **USD))
    years = forecast(evidence("energy", PLANT, assumptions=[*ASSUMED.values(), *more]))
    # the middle of the first year lies in 2026, that of the second in 2027
    assert [each.cash for each in years] == [(CASH + 43800 * 2) * D("0.75"), (CASH + 43800 * 4) * D("0.75")]


def test_a_loss_is_not_taxed() -> None:
    year = YearOfCash(ForecastYear(1, D(0), D(1)), D(1), D(1), D(5), D(0), tax_rate=D("0.25"))
    assert year.cash == -4


PPA = {"kind": "PPA", "subject_id": "", "sequence": 1, "currency": "USD"}
CONTRACT = PPA | {"period_start": DAY, "event_date": dt.date(2027, 9, 10), "price": D(60), "rate": D("0.1")}


def test_a_contract_until_it_ends_and_the_market_at_its_own_rate_after() -> None:
    merchant = assumed("DISCOUNT_RATE", "0.2", tenor="MERCHANT")
    result = plant(schedules=[CONTRACT], assumptions=[merchant])
    # first year 60; of the 366 days of the second 184 at 66 and the others at 50: not covered to its end
    with precise():
        first, second = 43800 * 60 - 10000, 43800 * (D(184 * 66 + 182 * 50) / 366) - 10000
        assert result.net_assets == rounded(first / D("1.1") + second / D("1.44"))
    assert reason(plant(schedules=[CONTRACT])) == "MISSING_ASSUMPTION"


@pytest.mark.parametrize("convention", ["ACT_365F", "ACT_360", "ACT_ACT_ISDA", "30_360"])
def test_a_contract_that_ends_with_the_plant_needs_no_market_rate(convention: str) -> None:
    # 2028-02-29 lies in between
    rows = [CONTRACT | {"event_date": dt.date(2028, 3, 10)}]
    product = {"year_fraction": convention, "decommission_date": dt.date(2028, 3, 10)}
    for without in ("", "LIFE_YEARS"):
        assert plant(product=product, without=without, schedules=rows).net_assets == plant(schedules=rows).net_assets


def test_a_contract_that_covers_everything_needs_no_market() -> None:
    rows = [
        PPA | {"sequence": at, "event_date": day, "price": D(40), "rate": D("0.5")}
        for at, day in enumerate((dt.date(2026, 3, 1), dt.date(2027, 3, 1), dt.date(2028, 3, 31)))
    ]
    years = forecast(
        evidence(
            "energy",
            PLANT,
            assumptions=[row for name, row in ASSUMED.items() if name not in ("ENERGY_PRICE", "PRICE_ESCALATION")],
            schedules=rows,
        )
    )
    # escalated by whole years since the first period: none on 2026-03-10, one a year later
    assert [each.price for each in years] == [40, 60]


def test_prices_by_calendar_year_come_before_the_flat_one() -> None:
    row = assumed("ENERGY_PRICE", "70", "PRICE", tenor="2027", **USD)
    years = forecast(evidence("energy", PLANT, assumptions=[*ASSUMED.values(), row]))
    assert [each.price for each in years] == [50, 70]


def test_output_is_reconciled_to_the_forecast() -> None:
    half = {"asset_id": "a", "period_start": dt.date(2025, 7, 1), "period_end": dt.date(2025, 9, 11), "unit": "MWH"}
    rows = [
        half | {"output": D(7008), "curtailment": D(100)},
        half | {"period_start": dt.date(2025, 1, 1), "output": D(9), "curtailment": D(0)},
        half | {"period_end": dt.date(2026, 3, 11), "period_start": dt.date(2026, 3, 1), "output": D(9)},
    ]
    result = plant(production=rows)
    # 73 days of 365: 7008 x 5 = 35,040 a year, 80 % of 43,800
    assert measured(result, "OUTPUT") == 35040
    assert measured(result, "CURTAILMENT") == 500
    assert measured(result, "FORECAST_OUTPUT") == 43800
    assert measured(result, "OUTPUT_TO_FORECAST") == D("0.8")
    assert not [each for each in plant().measures if each.name == "OUTPUT"]


PRODUCED = {"asset_id": "a", "period_start": dt.date(2026, 1, 1), "period_end": dt.date(2026, 1, 31), "unit": "MWH"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"unit": "BBL", "output": D(1), "curtailment": D(0)}, "UNIT_MISMATCH"),
        ({"output": D(1)}, "MISSING_TERMS"),
        ({"output": D(1), "curtailment": D(0), "period_end": dt.date(2025, 12, 31)}, "BAD_SCHEDULE"),
    ],
)
def test_production_that_cannot_be_compared(change: dict[str, Any], expected: str) -> None:
    assert reason(plant(production=[PRODUCED | change])) == expected


@pytest.mark.parametrize("name", list(ASSUMED))
def test_every_assumption_is_needed(name: str) -> None:
    assert reason(plant(without=name)) == "MISSING_ASSUMPTION"


@pytest.mark.parametrize(
    ("product", "row", "expected"),
    [
        ({"subtype": "TIDAL"}, None, "UNKNOWN_SUBTYPE"),
        ({"subtype": None}, None, "UNKNOWN_SUBTYPE"),
        ({"capacity_mw": None}, None, "MISSING_TERMS"),
        ({"capacity_mw": D(0)}, None, "DOMAIN"),
        ({"hours_basis": "8766"}, None, "UNSUPPORTED_CONVENTION"),
        ({}, assumed("CAPACITY_FACTOR", "1.01"), "DOMAIN"),
        ({}, assumed("CAPACITY_FACTOR", "24", "MWH"), "UNIT_MISMATCH"),
        ({}, assumed("ENERGY_PRICE", "50", "PRICE", currency="EUR"), "UNIT_MISMATCH"),
        ({}, assumed("ENERGY_PRICE", "50", "PRICE"), "UNIT_MISMATCH"),
        ({}, assumed("DISCOUNT_RATE", "-1"), "DOMAIN"),
        ({}, assumed("DISCOUNT_TIMING", "QUARTERLY", "TEXT"), "UNSUPPORTED_CONVENTION"),
        ({}, assumed("LIFE_YEARS", "0", "COUNT"), "DOMAIN"),
        ({}, assumed("TAX_RATE", "1.2"), "DOMAIN"),
        ({}, assumed("DECOMMISSIONING_YEAR", "-1", "COUNT"), "DOMAIN"),
        ({}, assumed("OPEX_ESCALATION", "-1"), "DOMAIN"),
    ],
)
def test_a_plant_that_cannot_be_valued(product: dict[str, Any], row: Stated | None, expected: str) -> None:
    without = row["assumption"] if row else ""
    assert reason(plant(product=product, without=without, assumptions=[row] if row else [])) == expected


def test_a_contract_must_be_in_the_currency_of_the_product() -> None:
    rows = [CONTRACT | {"event_date": dt.date(2036, 3, 10), "currency": "EUR"}]
    assert reason(plant(schedules=rows)) == "UNIT_MISMATCH"
    assert reason(plant(schedules=[rows[0] | {"currency": "USD", "price": None}])) == "MISSING_TERMS"


WELL = {
    "ARPS_QI": assumed("ARPS_QI", "1000", "MULTIPLE"),
    "ARPS_DI": assumed("ARPS_DI", "0.5", "MULTIPLE"),
    "ARPS_B": assumed("ARPS_B", "1", "MULTIPLE"),
    "ECONOMIC_LIMIT": assumed("ECONOMIC_LIMIT", "400", "MULTIPLE"),
    "OPEX": assumed("OPEX", "100", "MONEY", **USD),
}
FIELD = [row for name, row in ASSUMED.items() if name not in ("LIFE_YEARS", "OPEX_PER_MW", "CAPACITY_FACTOR")]


def well(without: str = "", more: tuple[Stated, ...] = (), **sheets: Any) -> Strike:
    rows = [row for name, row in WELL.items() if name != without]
    product = {"subtype": "OIL", "year_fraction": "30_360"}
    return struck(evidence("energy", product, assumptions=[*FIELD, *rows, *more], **sheets))


def test_a_well_stops_at_its_economic_limit() -> None:
    # q = 1000 / (1 + t / 2) falls to 400 at t = 3; volume from a to b: 2000 ln((1 + b/2) / (1 + a/2))
    result = well()
    with precise():
        steps = [(D("1.5") / 1).ln(), (D(2) / D("1.5")).ln(), (D("2.5") / 2).ln()]
        cash = [2000 * step * 50 - 100 for step in steps]
        assert result.net_assets == rounded(sum((flow / D("1.1") ** (at + 1) for at, flow in enumerate(cash)), D(0)))
        pv_10 = measured(result, "PV_10")
        assert rounded(pv_10) == result.net_assets  # the rate is 10 % here, too


def test_a_life_shorter_than_the_limit_counts() -> None:
    result = well(more=(assumed("LIFE_YEARS", "1", "COUNT"),))
    with precise():
        assert result.net_assets == rounded((2000 * D("1.5").ln() * 50 - 100) / D("1.1"))


def test_a_well_below_its_limit_is_worth_nothing() -> None:
    assert well("ECONOMIC_LIMIT", (assumed("ECONOMIC_LIMIT", "1000", "MULTIPLE"),)).net_assets == 0


def test_a_well_that_never_ends_needs_a_life() -> None:
    assert reason(well("ARPS_DI", (assumed("ARPS_DI", "0", "MULTIPLE"),))) == "MISSING_ASSUMPTION"


@pytest.mark.parametrize("name", list(WELL))
def test_every_assumption_of_a_well_is_needed(name: str) -> None:
    assert reason(well(name)) == "MISSING_ASSUMPTION"


@pytest.mark.parametrize("terms", [("0", "1", "0"), ("1", "-1", "0"), ("1", "1", "-0.1")])
def test_declines_that_cannot_be(terms: tuple[str, str, str]) -> None:
    with pytest.raises(Unavailable) as raised:
        Decline(*map(D, terms))
    assert raised.value.reason == "DOMAIN"


@given(
    qi=st.integers(1, 10**6),
    di=st.decimals("0.01", 2, places=2),
    b=st.sampled_from([D(0), D("0.5"), D("0.8"), D(1), D("1.4")]),
    cuts=st.tuples(st.decimals(0, 10, places=2), st.decimals(0, 10, places=2), st.decimals(0, 10, places=2)),
)
def test_volume_adds_up_falls_and_is_what_the_rate_says(
    qi: int, di: Decimal, b: Decimal, cuts: tuple[Decimal, Decimal, Decimal]
) -> None:
    decline = Decline(D(qi), di, b)
    start, middle, end = sorted(cuts)
    with precise():
        parts = decline.volume(start, middle) + decline.volume(middle, end)
        assert abs(parts - decline.volume(start, end)) <= D("1e-35") * qi
        # between the rates at its ends
        assert decline.rate(end) * (end - start) <= decline.volume(start, end) + D("1e-30") * qi
        assert decline.volume(start, end) <= decline.rate(start) * (end - start) + D("1e-30") * qi
        until = decline.years_until(decline.rate(end))
        assert until is not None
        assert abs(until - end) < D("1e-30")


@given(life=st.decimals("0.1", 12, places=2), elapsed=st.decimals(0, 12, places=2))
def test_the_years_left_follow_one_another_to_the_end_of_life(life: Decimal, elapsed: Decimal) -> None:
    years = Horizon(DAY, life, elapsed).years()
    if elapsed >= life:
        assert years == ()
        return
    assert years[0].start == 0
    assert years[-1].end == life - elapsed
    assert all(before.end == after.start for before, after in pairwise(years))
    assert all(0 < year.share <= 1 for year in years)


@given(rate=st.decimals(0, 1, places=3), cash=st.integers(0, 10**6))
def test_the_middle_of_a_year_is_worth_more_than_its_end(rate: Decimal, cash: int) -> None:
    year = YearOfCash(ForecastYear(1, D(0), D(1)), D(1), D(cash), D(0), rate)
    assert worth([year], "MID_YEAR") >= worth([year], "YEAR_END")


def test_degradation_starts_in_the_second_year() -> None:
    assert output(D(1), D(100), D("0.5"), D("0.1"), 1) == 50
    assert output(D(1), D(100), D("0.5"), D("0.1"), 3) == D("40.5")
