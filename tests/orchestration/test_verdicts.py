"""Verdicts speak of loads in force; breaches of every load, because a deal's last good instant lies in its past."""

from __future__ import annotations

import datetime as dt

from expectations.rules import RuleResult, Suite, not_null
from orchestration.assets.verdicts import loads_in_force, of_loads
from orchestration.holds import EntityLoad
from orchestration.quality import suite_verdicts

RULE = not_null("classes_have_a_balance", "current_balance", "every class states its balance", severity="critical")
MARCH, JUNE = dt.date(2016, 3, 31), dt.date(2016, 6, 30)


def load(name: str, as_of: dt.date, day: int) -> EntityLoad:
    return EntityLoad("birch", "MAG17", name, as_of, dt.datetime(2016, 7, day))


def test_the_load_known_last_is_in_force_for_its_date() -> None:
    loads = [load("first", MARCH, 1), load("later date", JUNE, 2), load("correction", MARCH, 3)]
    assert {name for _, _, name in loads_in_force(loads)} == {"later date", "correction"}


def failing(*loads: str) -> RuleResult:
    keys = tuple({"organization_id": "birch", "deal_id": "MAG17", "load_id": name} for name in loads)
    return RuleResult(RULE, "failed", f"{len(keys)} rows", keys, len(keys), RULE.meaning)


def test_a_rule_passes_again_once_the_load_that_broke_it_is_replaced() -> None:
    in_force = {("birch", "MAG17", "repaired")}
    assert of_loads(failing("broken"), "deal_id", in_force).status == "passed"
    still = of_loads(failing("broken", "repaired"), "deal_id", in_force)
    assert (still.status, still.failing_count) == ("failed", 1)


def test_an_entity_rule_that_crashed_blocks_the_run() -> None:
    suite = Suite("s", "staging", "intermediate.t", "", (RULE,), (), "entity", None, "deal", "deal_id")
    broken = of_loads(RuleResult(RULE, "broken", "not evaluated"), "deal_id", set())
    (verdict,) = suite_verdicts(suite, [broken])
    assert verdict.blocks
