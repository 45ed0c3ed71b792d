"""What becomes of a workbook's deals between the warehouse and the compliance tests. Figures of tests are checked with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from calculations.clo.compliance import catalogue
from orchestration.assets.clo_compliance import calculate_load
from orchestration.lineage import column_lineage
from orchestration.trace import lineage
from tests.calculations.compliance.pools import LOAN
from tests.calculations.tape_rows import BLANK

AS_OF = pd.Timestamp("2016-03-23")
TERMS: dict[str, Any] = {
    "organization_id": "birch",
    "load_id": "l",
    "as_of": AS_OF,
    "known_at": pd.Timestamp("2016-03-25 09:00"),
    "principal_cash": 10.0,
    "current_libor": 0.005,
    "weighted_average_spread": 0.044,
    "was_factor": None,
    "warf_threshold": 2740.0,
    "warf_factor": 67.0,
    "warr_threshold": None,
    "jr_oc_denominator": 50.0,
    "reinvestment_target_balance": None,
    "ccc_haircut_limit": 0.075,
    "stated_maturity_date": pd.Timestamp("2028-04-20"),
}
# Three loans of different countries and industries; the third is in default.
ASSETS = (
    {"asset_id": "A", "issuer_id": "IA", "country": "USA"},
    {"asset_id": "B", "issuer_id": "IB", "country": "GERMANY", "sp_industry": "Retail", "moodys_industry": "RETAIL"},
    {"asset_id": "C", "issuer_id": "IC", "country": "FRANCE", "is_default_obligation": True},
)


def terms(deal_id: str, **changes: Any) -> dict[str, Any]:
    return {**TERMS, "deal_id": deal_id, **changes}


def holdings(par: dict[str, dict[str, float | None]], **changes: dict[str, Any]) -> pd.DataFrame:
    """Rows of int_clo__holdings; `changes` are of assets by id."""
    return pd.DataFrame(
        [
            {
                **{name: value for name, value in LOAN.items() if name not in ("par", "sp_rating")},
                **{name: value for name, value in BLANK.items() if name not in LOAN},
                "is_default_obligation": False,
                **asset,
                **changes.get(str(asset["asset_id"]), {}),
                "deal_id": deal_id,
                "par_amount": held[str(asset["asset_id"])],
                "has_asset_row": True,
            }
            for deal_id, held in par.items()
            for asset in ASSETS
            if asset["asset_id"] in held
        ]
    )


def listed(number: int, sequence: int, direction: str | None = "MAX", **values: float) -> dict[str, Any]:
    limits = {"threshold": 0.5, "overwrite": None, "previous_value": None}
    return {"test_number": number, "sequence": sequence, "direction": direction, **limits, **values}


def by_test(rows: list[dict[str, Any]], deal_id: str = "d1") -> dict[int, dict[str, Any]]:
    found = {row["test_number"]: row for row in rows if row["deal_id"] == deal_id}
    assert len(found) == sum(row["deal_id"] == deal_id for row in rows)  # a row a test
    return found


POOLS: dict[str, dict[str, float | None]] = {"d1": {"A": 60.0, "B": 30.0, "C": 20.0}, "d2": {"B": 40.0}}


def test_listed_tests_keep_their_order_and_the_rest_of_the_catalogue_is_for_information() -> None:
    rows = calculate_load([terms("d1")], {"d1": [listed(36, 1), listed(14, 2)]}, holdings({"d1": POOLS["d1"]}))
    first, second, *others = rows
    assert [(row["test_number"], row["sequence"], row["is_listed"]) for row in (first, second)] == [
        (36, 1, True),
        (14, 2, True),
    ]
    assert sorted(row["test_number"] for row in others) == sorted(set(catalogue()) - {36, 14})
    assert {(row["sequence"], row["is_listed"]) for row in others} == {(None, False)}


def test_figures_are_those_of_the_deals_own_par_and_cash() -> None:
    # test 14: German par over performing par and cash; C is in default and counts on neither side
    rows = calculate_load([terms("d1"), terms("d2", principal_cash=-8.0)], {}, holdings(POOLS))
    found = {deal: by_test(rows, deal)[14] for deal in POOLS}
    assert (found["d1"]["numerator"], found["d1"]["denominator"]) == pytest.approx((30, 60 + 30 + 10))
    assert (found["d2"]["numerator"], found["d2"]["denominator"]) == pytest.approx((40, 40 - 8))
    assert {(row["as_of_date"], row["known_at"]) for row in rows} == {
        (dt.date(2016, 3, 23), dt.datetime(2016, 3, 25, 9))
    }


def test_deals_together_are_the_deals_alone() -> None:
    deals = [terms("d1"), terms("d2", current_libor=0.02, warf_threshold=2500.0, jr_oc_denominator=30.0)]
    lists = {"d1": [listed(36, 1), listed(32, 2, "MIN")], "d2": [listed(33, 1, "MIN"), listed(46, 2, "MIN")]}
    together = calculate_load(deals, lists, holdings(POOLS))
    for deal in deals:
        name = deal["deal_id"]
        alone = calculate_load([deal], lists, holdings({name: POOLS[name]}))
        mine = [row for row in together if row["deal_id"] == name]
        assert [row["test_number"] for row in mine] == [row["test_number"] for row in alone]
        for one, other in zip(mine, alone, strict=True):
            figures = [name for name, value in other.items() if isinstance(value, float)]
            assert [one[name] for name in figures] == pytest.approx([other[name] for name in figures], rel=1e-12)
            assert {n: v for n, v in one.items() if n not in figures} == {
                n: v for n, v in other.items() if n not in figures
            }


def test_a_result_past_its_limit_passes_where_it_maintains_the_sheets_previous_value() -> None:
    # test 14 is 0.30 against a limit of 0.25 (clo-compliance 1.2)
    outcome = {}
    for previous in (0.30, 0.29, 0.0):
        tests = {"d1": [listed(14, 1, threshold=0.25, previous_value=previous)]}
        row = by_test(calculate_load([terms("d1")], tests, holdings({"d1": POOLS["d1"]})))[14]
        outcome[previous] = (row["passed"], row["previous_value"], "maintains" in (row["comment"] or ""))
    assert outcome == {0.30: (True, 0.30, True), 0.29: (False, 0.29, False), 0.0: (False, 0.0, False)}


def test_an_overwrite_of_0_is_none_and_any_other_stands_first() -> None:
    # clo-workbook 3.2; 36 would move with the recovery otherwise (clo-compliance 1.4): 2740 + (45 - 43) x 67
    limits = {}
    for overwrite in (0.0, 3000.0):
        tests = {"d1": [listed(36, 1, overwrite=overwrite)]}
        limits[overwrite] = by_test(calculate_load([terms("d1")], tests, holdings({"d1": POOLS["d1"]})))[36][
            "threshold"
        ]
    assert limits == {0.0: pytest.approx(2874), 3000.0: 3000.0}


@pytest.mark.parametrize(
    ("number", "direction", "changes", "reason"),
    [
        (999, "MAX", {}, "the catalogue has no test 999"),
        (14, None, {}, "direction must be MIN or MAX, it is missing"),
        (14, "LEAST", {}, "direction must be MIN or MAX, it is 'LEAST'"),
        (14, "MAX", {"B": {"country": None}}, "country not known for B"),
        (27, "MAX", {"B": {"sp_industry": None}}, "sp_industry not known for B"),
        (7, "MAX", {"A": {"moodys_rating": "ZZ9"}}, "moodys_rating not known for A"),
        (39, "MIN", {}, "deal input warr threshold is not stated"),
    ],
)
def test_what_is_wrong_is_named_and_the_other_tests_go_on(
    number: int, direction: str | None, changes: dict[str, Any], reason: str
) -> None:
    tests = {"d1": [listed(number, 1, direction), listed(1, 2, "MIN")]}
    found = by_test(calculate_load([terms("d1")], tests, holdings({"d1": POOLS["d1"]}, **changes)))
    assert found[number]["passed"] is None
    assert reason in found[number]["reason"]
    assert (found[1]["result"], found[1]["passed"], found[1]["reason"]) == (pytest.approx(1.0), True, None)


def test_a_line_without_par_takes_no_part_and_an_empty_deal_has_reasons() -> None:
    rows = calculate_load([terms("d1"), terms("d2")], {}, holdings({"d1": {"A": 60.0, "B": None}}))
    assert by_test(rows)[14]["denominator"] == pytest.approx(70)
    nothing = by_test(rows, "d2")
    assert all(row["result"] is not None or row["reason"] for row in nothing.values())
    assert nothing[33]["result"] is None


def test_a_workbook_without_a_usable_line_has_a_reason_for_every_test_without_a_result() -> None:
    rows = calculate_load([terms("d1")], {"d1": [listed(33, 1, "MIN")]}, holdings({"d1": {"A": None}}))
    assert len(rows) == len(catalogue())
    assert all(row["result"] is not None or row["reason"] for row in rows)
    assert all(row["passed"] is not None or row["reason"] for row in rows)


def test_a_trace_names_the_columns_that_the_test_takes() -> None:
    """Source: clo-compliance 1.3: 36 averages the WARF rating, 14 looks at the country, 1 counts cash, 38 has a figure of the deal."""
    each = lineage()["marts.fact_compliance_results"]["each"]
    assert set(each) == set(catalogue())

    def fields(number: int, column: str) -> set[tuple[str, str]]:
        return {(s["table"], field) for s in each[number][column]["sources"] for field in s["fields"]}

    assert ("clo_assets", "moodys_rating_warf") in fields(36, "numerator")
    assert ("clo_assets", "country") not in fields(36, "numerator")
    assert ("clo_assets", "country") in fields(14, "numerator")
    assert ("clo_deal_accounts", "principal_amount") in fields(1, "numerator") & fields(14, "denominator")
    assert fields(38, "denominator") == {("clo_deal_parameters", "value_number")}
    assert ("clo_assets", "moodys_recovery_rate") in fields(36, "threshold")
    assert ("clo_assets", "moodys_recovery_rate") not in fields(14, "threshold")


def test_every_column_that_any_test_takes_is_lineage_of_the_calculated_table() -> None:
    made_from = column_lineage("calc.clo_compliance_results").deps_by_column
    names = {(dep.asset_key.path[-1], dep.column_name) for dep in made_from["result"]}
    assert {
        ("clo_deal_collateral", "par_amount"),
        ("clo_deal_accounts", "principal_amount"),
        ("clo_assets", "country"),
        ("clo_assets", "moodys_rating_warf"),
        ("clo_assets", "market_value"),
        ("clo_deal_parameters", "value_number"),
    } <= names
