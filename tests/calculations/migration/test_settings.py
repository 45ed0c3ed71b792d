"""What a control panel and a person ask of a simulation, and what stands in where a table cannot be used.

Source: clo-workbook 1.5 (C15 to C20); clo-compliance 4.1 to 4.3.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from calculations.clo.columns import as_text
from calculations.clo.migration.correlations import StatedCorrelations
from calculations.clo.migration.findings import Finding
from calculations.clo.migration.settings import PAID_PATHS, Asked, Settings, read_settings
from calculations.clo.migration.stated import choose_correlations, choose_matrix, shortened
from calculations.clo.migration.universe import STATES, Universe

TABLE = [
    {"relationship": name, "base_correlation": base, "step_per_notch": step}
    for name, base, step in (("Same Issuer", 0.7, 0.05), ("Same S&P Industry", 0.4, 0.03), ("Otherwise", 0.2, 0.02))
]
UNIVERSE = Universe(
    asset_id=as_text(["a", "b", "c"]),
    issuer_id=as_text(["I", "J", "K"]),
    sp_industry=as_text(["x", "y", "z"]),
    sp_rating=as_text(["B", "B", "B"]),
    is_defaulted=np.zeros(3, dtype=bool),
    maturity=np.array([dt.date(2020, 1, 1)] * 3, dtype="datetime64[D]"),
)


def cell(**value: Any) -> dict[str, Any]:
    return {"value_number": None, "value_boolean": None, "value_text": None, **value}


def panel(**changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A complete panel, as a workbook states it."""
    return {
        "use_rating_migration": cell(value_boolean=True, value_text="TRUE"),
        "correlation_matrix": cell(value_text="User  Defined"),
        "simulations": cell(value_number=250.0, value_text="250"),
        "rating_frequency": cell(value_text="Semi-Annually"),
        "use_static_random_numbers": cell(value_boolean=True, value_text="TRUE"),
        "random_seed": cell(value_number=12345.0, value_text="12345"),
        **changes,
    }


def test_a_complete_panel_is_followed_without_a_word() -> None:
    expected = Settings(250, PAID_PATHS, "semi_annual", "migration", 12345, "workbook", "user_defined")
    assert read_settings(panel(), 7) == (expected, ())


def test_numbers_that_are_not_static_come_from_the_inputs() -> None:
    settings, _ = read_settings(panel(use_static_random_numbers=cell(value_boolean=False)), 7)
    assert (settings.seed, settings.seed_source) == (7, "inputs")


@pytest.mark.parametrize(
    ("name", "stated", "code", "field", "taken"),
    [
        ("simulations", cell(value_number=501.0, value_text="501"), "SIMULATIONS_ASSUMED", "paths", 100),
        ("simulations", cell(value_number=2.5, value_text="2.5"), "SIMULATIONS_ASSUMED", "paths", 100),
        ("simulations", cell(value_text="many"), "SIMULATIONS_ASSUMED", "paths", 100),
        ("rating_frequency", cell(value_text="Monthly"), "STEP_ASSUMED", "step", "quarterly"),
        ("correlation_matrix", cell(), "CORRELATION_ASSUMED", "correlation", "system_defined"),
        ("random_seed", cell(value_text="dice"), "SEED_ASSUMED", "seed", 7),
        ("use_rating_migration", cell(value_boolean=False), "CASH_FLOWS_NOT_ASKED", "paid_paths", 0),
    ],
)
def test_a_setting_that_cannot_be_read_is_assumed_and_said(
    name: str, stated: dict[str, Any], code: str, field: str, taken: Any
) -> None:
    settings, (finding,) = read_settings(panel(**{name: stated}), 7)
    assert (finding.code, finding.subject) == (code, name)
    assert getattr(settings, field) == taken
    if stated["value_text"]:
        assert repr(stated["value_text"]) in finding.message


def test_what_is_asked_for_comes_before_the_panel() -> None:
    asked = Asked(("D",), 10, "annual", "default_times", 3, "system_defined", 50)
    settings, findings = read_settings({}, 7, asked)
    assert settings == Settings(10, 10, "annual", "default_times", 3, "asked", "system_defined")
    assert findings == ()


def test_a_deal_that_is_asked_for_is_paid_whatever_the_panel_says() -> None:
    off = panel(use_rating_migration=cell(value_boolean=False))
    assert read_settings(off, 7, Asked(("D",)))[0].paid_paths == PAID_PATHS


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"paths": 0}, "paths: expected a whole number from 1 to 100,000, found 0"),
        ({"paid_paths": -1}, "paid_paths: expected .*found -1"),
        ({"seed": -1}, "seed: expected .*found -1"),
        ({"step": "monthly"}, "step: expected one of annual, semi_annual, quarterly, found 'monthly'"),
        ({"method": "dice"}, "method: expected one of migration, default_times, found 'dice'"),
    ],
)
def test_what_cannot_be_asked_for_is_named(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Asked(**asked)


def test_a_row_that_does_not_sum_to_one_puts_the_illustrative_matrix_in_place() -> None:
    cells = [{"from_rating": a, "to_rating": b, "value": float(a == b)} for a in STATES for b in STATES]
    broken = [row | {"value": 0.9} if (row["from_rating"], row["to_rating"]) == ("BB", "BB") else row for row in cells]
    chosen = choose_matrix(broken, "quarterly")
    ((code, message),) = [(finding.code, finding.message) for finding in chosen.findings]
    assert code == "ROW_SUM"
    assert "row BB must sum to 1, found 0.9; the illustrative one is taken, which is no agency's" in message
    assert "not an agency's" in chosen.source
    assert choose_matrix(cells, "quarterly").source == "workbook"


@pytest.mark.parametrize(("rows", "code"), [([], "CORRELATION_TABLE_MISSING"), (TABLE[:2], "CORRELATION_TABLE")])
def test_a_correlation_table_that_is_missing_or_broken_is_the_illustrative_one(rows: list[Any], code: str) -> None:
    chosen = choose_correlations(UNIVERSE, "system_defined", rows, None)
    assert [finding.code for finding in chosen.findings] == [code]
    assert "not an agency's" in chosen.source


def test_user_defined_correlations_that_nobody_states_are_computed_and_said() -> None:
    chosen = choose_correlations(UNIVERSE, "user_defined", TABLE, None)
    assert (chosen.method, chosen.source) == ("system_defined", "workbook")
    assert [finding.code for finding in chosen.findings] == ["CORRELATIONS_MISSING"]
    assert chosen.factor.correlations[0, 1] == 0.2


def test_stated_correlations_that_no_variables_could_have_are_repaired_and_measured() -> None:
    """1, -0.9 off the diagonal: eigenvalues 1 - 2 x 0.9 = -0.8 and twice 1.9. Nearest of the kind is -0.5, 0.4 away in six
    cells: 0.4 x sqrt 6 = 0.979796."""
    stated = StatedCorrelations(as_text(["a", "b", "c"]), 1.9 * np.eye(3) - 0.9)
    chosen = choose_correlations(UNIVERSE, "user_defined", TABLE, stated)
    (finding,) = chosen.findings
    assert finding.code == "CORRELATIONS_REPAIRED"
    assert "smallest eigenvalue -0.8; the nearest matrix is taken, 0.979796 away" in finding.message
    assert chosen.factor.correlations[0, 1] == pytest.approx(-0.5, abs=1e-5)


def test_many_findings_of_one_code_are_shortened_and_counted() -> None:
    found = [Finding("A", str(number), "") for number in range(5)] + [Finding("B", "b", "")]
    assert [(item.code, item.subject, item.message) for item in shortened(found, 2)] == [
        *(("A", "0", ""), ("A", "1", ""), ("B", "b", "")),
        ("A", "and others", "3 more of A, 5 in all"),
    ]
