"""The regulations as data: what a file may not say, and the limits of nav 4 as written there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from calculations.exact_yaml import read_policy
from calculations.nav.money_market import Regulation, regulation
from calculations.nav.money_market.findings import MEASURES
from calculations.nav.money_market.regulation import Limit
from tests.calculations.nav.money_market.books import D

RULE: dict[str, Any] = {
    "rule_code": "MMF_X",
    "measure": "wam",
    "direction": "MAX",
    "unit": "DAYS",
    "severity": "critical",
    "citation": "x",
    "limits": [{"types": ["GOVERNMENT"], "value": 60}],
}
FILE: dict[str, Any] = {
    "regime": "US_2A7",
    "name": "x",
    "in_force_from": dt.date(2024, 4, 2),
    "fund_types": ["GOVERNMENT", "RETAIL_PRIME"],
    "definitions": {"short_term_days": 397, "daily_business_days": 1, "weekly_business_days": 5},
    "rules": [{**RULE, "otherwise": "why"}],
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rules": [RULE]}, "MMF_X: 'otherwise' must say why"),
        ({"rules": [{**RULE, "limits": [{"types": ["LVNAV"], "value": 60}]}]}, "MMF_X: LVNAV are no funds of US_2A7"),
        ({"rules": [{**RULE, "limits": [*RULE["limits"], *RULE["limits"]]}]}, "MMF_X gives a fund type two limits"),
        ({"rules": [FILE["rules"][0], FILE["rules"][0]]}, "a rule code stands twice"),
        ({"rules": [{**RULE, "measure": "luck"}]}, "rules.0.measure"),
        ({"rules": [{**RULE, "tolerance": 1}]}, "rules.0.tolerance"),
    ],
)
def test_a_wrong_regulation_is_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "us_2a7.yaml"
    path.write_text(yaml.safe_dump({**FILE, **change}), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_policy(path, Regulation)


def test_every_rule_has_its_measure() -> None:
    used = {rule.measure for regime in ("US_2A7", "EU_MMFR") for rule in regulation(regime).rules}  # type: ignore[arg-type]
    assert used == set(MEASURES)


@pytest.mark.parametrize(
    ("day", "months", "days"),
    [
        (dt.date(2026, 3, 10), 6, 184),
        (dt.date(2026, 3, 10), 12, 365),
        (dt.date(2026, 8, 31), 6, 181),  # to the last of February
        (dt.date(2027, 12, 31), 24, 731),
        (dt.date(2026, 6, 15), 6, 183),
    ],
)
def test_months_are_calendar_months(day: dt.date, months: int, days: int) -> None:
    assert Limit(types=("VNAV_STANDARD",), value=D(months), is_months=True).on(day) == days
