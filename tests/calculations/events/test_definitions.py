"""The file of event types: what it must name, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from calculations.events.definitions import EventPolicy, event_policy

SOURCE = {
    "name": "calls",
    "aggregate_type": "CAPITAL_CALL",
    "relation": "marts.fact_calls",
    "knowledge": "LATEST",
    "aggregate": ["call_id"],
    "occurred": "AS_OF",
    "events": {"created": "CALL_CREATED", "changed": "CALL_CHANGED", "removed": "CALL_REMOVED"},
}


def policy_of(tmp_path: Path, **changes: object) -> EventPolicy:
    path = tmp_path / "events.yaml"
    path.write_text(yaml.safe_dump({"snapshot_every": 10, "sources": [{**SOURCE, **changes}]}))
    return event_policy(path)


def test_every_type_that_the_specification_names_can_occur() -> None:
    """Source: fund-admin 1.10, G-5; input-contracts 1.1 (what is gone is an event of its own)."""
    named = (
        "CAPITAL_CALL_CREATED CAPITAL_CALL_PAID DISTRIBUTION_DECLARED DISTRIBUTION_PAID INVESTMENT_VALUATION_UPDATED "
        "FUND_UPDATED FUND_CLOSED INVESTOR_UPDATED COMMITMENT_CHANGED FUND_REMOVED CAPITAL_CALL_REMOVED "
        "CAPITAL_CALL_CHANGED CAPITAL_CALL_CANCELLED ASSET_CHANGED TEST_BREACHED TEST_CURED NAV_STRUCK NAV_APPROVED NAV_PUBLISHED"
    )
    assert set(named.split()) - event_policy().event_types == set()


def test_a_type_of_event_is_added_without_code(tmp_path: Path) -> None:
    rules = [{"event": "CALL_DISPUTED", "column": "status", "to": ["DISPUTED"]}]
    policy = policy_of(tmp_path, events={**SOURCE["events"], "rules": rules})  # type: ignore[dict-item]
    assert "CALL_DISPUTED" in policy.event_types


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"relation": "raw.loads"}, "sources.0.relation"),
        ({"events": {"created": "call created"}}, "sources.0.events.created"),
        ({"colour": "blue"}, "sources.0.colour"),
        ({"succession": True}, "ordered by `part`, found none"),
        ({"part": ["call_id"], "succession": True}, "identifies the aggregate or a part"),
        (
            {"shown_by": {"relation": "intermediate.states", "matching": ["state_id"]}},
            "shown_by gives intervals of knowledge",
        ),
        ({"events": {**SOURCE["events"], "dropped": "CALL_DROPPED"}}, "set succession"),  # type: ignore[dict-item]
    ],
)
def test_a_wrong_entry_is_refused_by_its_place(tmp_path: Path, changes: dict, told: str) -> None:
    with pytest.raises(ValueError, match=r"events\.yaml") as refused:
        policy_of(tmp_path, **changes)
    assert told in str(refused.value)


def test_a_name_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "events.yaml"
    path.write_text(yaml.safe_dump({"snapshot_every": 10, "sources": [SOURCE, SOURCE]}))
    with pytest.raises(ValueError, match="found twice: calls"):
        event_policy(path)
