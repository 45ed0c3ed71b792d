"""What operations are judged by: limits of the spec, ages of feeds, and policies that cannot be used are refused by place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.kinds import kinds
from orchestration.operations_policy import FILE, WrongPolicy, operations_policy
from orchestration.settings import Settings

SUNDAY, MONDAY = dt.date(2026, 3, 1), dt.date(2026, 3, 2)


def stated() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text())


def home_with(path: Path, policy: dict[str, Any]) -> Settings:
    (path / FILE.name).write_text(yaml.safe_dump(policy))
    return Settings(home=path)


def test_limits_are_those_of_the_spec(tmp_path: Path) -> None:
    """fund-admin 1.12: 95th percentile 5 s, errors 5 %. input-contracts 2.1: index levels 5 days, exchange rates 7."""
    policy = operations_policy(Settings(home=tmp_path))
    assert (policy.response.p95_limit_seconds, policy.response.error_rate_limit) == (5, 0.05)
    ages = {kind: policy.feed_rule("o", kind, "main", False) for kind in ("index_levels", "fx_feed")}
    assert {kind: rule and (rule.max_age, rule.days) for kind, rule in ages.items()} == {
        "index_levels": (5, "calendar"),
        "fx_feed": (7, "calendar"),
    }


def test_who_strikes_navs_needs_rates_of_the_last_business_day(tmp_path: Path) -> None:
    rule = operations_policy(Settings(home=tmp_path)).feed_rule("o", "fx_feed", "main", True)
    assert rule is not None
    assert (rule.max_age, rule.days) == (1, "business")


def test_every_kind_of_file_has_a_rule(tmp_path: Path) -> None:
    policy = operations_policy(Settings(home=tmp_path))
    assert [kind for kind in kinds() if policy.feed_rule("o", kind, "main", False) is None] == []


@pytest.mark.parametrize(
    ("newest", "today", "calendar", "business"),
    [
        (dt.date(2026, 2, 27), SUNDAY, 2, 0),  # Friday: no business day has passed
        (dt.date(2026, 2, 27), MONDAY, 3, 1),
        (dt.date(2026, 2, 26), MONDAY, 4, 2),
        (MONDAY, MONDAY, 0, 0),
        (dt.date(2026, 12, 31), MONDAY, 0, 0),  # calendars of holidays lie ahead
    ],
)
def test_ages_are_counted_in_calendar_or_business_days(
    tmp_path: Path, newest: dt.date, today: dt.date, calendar: int, business: int
) -> None:
    policy = operations_policy(Settings(home=tmp_path))
    of_funds, of_navs = (policy.feed_rule("o", "fx_feed", "main", strikes) for strikes in (False, True))
    assert of_funds is not None
    assert of_navs is not None
    assert (of_funds.age(newest, today), of_navs.age(newest, today)) == (calendar, business)


def test_a_rule_that_names_a_feed_counts_before_one_of_its_kind(tmp_path: Path) -> None:
    policy = stated()
    monthly = {"kind": "index_levels", "feed_name": "cpi", "max_age": 35, "source": "the index declares it"}
    policy["feeds"].append(monthly)
    found = operations_policy(home_with(tmp_path, policy))
    ages = [found.feed_rule("o", "index_levels", name, False) for name in ("cpi", "main")]
    assert [rule and rule.max_age for rule in ages] == [35, 5]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("response", "p95_limit_seconds"), 0, "response.p95_limit_seconds"),
        (("response", "error_rate_limit"), 5, "response.error_rate_limit"),
        (("response", "queries"), {"all": "drop table marts.fact_nav"}, "expected one select"),
        (("response", "queries"), {"all": "selec 1"}, "response.queries"),
        (("publication", "warn_after_hours"), 100, "lies after late_after_hours"),
        (("alerts", "remind_after_hours"), {"critical": 1}, "expected critical, warning and info, found critical"),
        (("feeds",), [{"kind": "fax", "max_age": 1, "source": "x"}], "found 'fax'"),
        (("limits",), 1, "limits"),
    ],
)
def test_a_policy_that_cannot_be_used_is_refused_by_place(
    tmp_path: Path, place: tuple[str, ...], value: object, said: str
) -> None:
    policy = stated()
    inner = policy
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    with pytest.raises(WrongPolicy, match=said):
        operations_policy(home_with(tmp_path, policy))
