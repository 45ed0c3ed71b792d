"""Terms of collateral beside the tape: what each table may say, by file. Source: clo-extensions 3; input-contracts 1."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.extract import Extract
from tests.ingestion.feed_files import LOADED_AT, breaches, read_feed, rows

GOOD: dict[str, dict[str, str]] = {
    "asset_pik": {"asset_id": "LX1", "from_date": "2024-01-15", "pik_share": "0.5", "source": "agent"},
    "asset_draws": {
        "asset_id": "LX1",
        "from_date": "2024-05-31",
        "draw_amount": "3000000",
        "utilisation_rate": "",
        "available_until": "2025-01-15",
        "commitment_fee_rate": "1%",
        "source": "agent",
    },
    "asset_steps": {
        "asset_id": "LX1",
        "from_date": "2024-05-31",
        "step_kind": "coupon",
        "rate": "0.0725",
        "source": "agent",
    },
    "asset_events": {
        "asset_id": "LX1",
        "event_date": "2024-05-30",
        "kind": "partial_call",
        "terms": '{"fraction": 0.3, "price": 1.015}',
        "scenario": "",
        "source": "agent",
    },
    "asset_hedges": {
        "asset_id": "LX1",
        "from_date": "2024-01-15",
        "currency": "USD",
        "hedge_rate": "0.90",
        "hedge_ratio": "1",
        "coupon_type": "fixed",
        "base_rate": "0.074",
        "day_count": "30/360",
        "source": "agent",
    },
}
OTHER = {"asset_id": "LX2"}


def stated(tmp_path: Path, kind: str, *changes: dict[str, str], place: str = "terms.csv") -> Extract:
    text = io.StringIO()
    writer = csv.DictWriter(text, [*GOOD[kind]], lineterminator="\n")
    writer.writeheader()
    writer.writerows(GOOD[kind] | change for change in changes)
    feed, extract = read_feed(tmp_path, text.getvalue(), {}, place=place)
    assert (feed.kind, feed.mode) == (kind, "delta")
    return extract


def test_each_table_is_known_by_its_columns_and_read_exactly(tmp_path: Path) -> None:
    found = {kind: rows(stated(tmp_path / kind, kind, {}))[0] for kind in GOOD}
    assert found["asset_pik"]["pik_share"] == Decimal("0.5")
    draw = found["asset_draws"]
    assert (draw["draw_amount"], draw["commitment_fee_rate"]) == (Decimal(3_000_000), Decimal("0.01"))
    assert (draw["from_date"], draw["available_until"]) == (dt.date(2024, 5, 31), dt.date(2025, 1, 15))
    assert (found["asset_steps"]["step_kind"], found["asset_steps"]["rate"]) == ("COUPON", Decimal("0.0725"))
    event = found["asset_events"]
    assert (event["kind"], event["scenario"]) == ("PARTIAL_CALL", "")
    assert event["terms"] == '{"fraction":"0.3","price":"1.015"}'  # canonical: keys in order, digits as stated
    hedge = found["asset_hedges"]
    assert (hedge["hedge_rate"], hedge["coupon_type"]) == (Decimal("0.90"), "FIXED")


def test_a_file_of_terms_is_of_the_day_it_was_learned_because_its_days_lie_ahead(tmp_path: Path) -> None:
    """A correction sent later would lose against a file that merely reaches further, were they the file's day."""
    path = tmp_path / "steps.csv"
    text = "asset_id,from_date,step_kind,rate\nLX1,2099-01-01,COUPON,0.07\n"
    feed, extract = read_feed(tmp_path, text, {}, place=path.name)
    assert extract.as_of is None
    assert feed.as_of == LOADED_AT.date()


def test_the_source_of_terms_is_the_feed_where_a_row_names_none(tmp_path: Path) -> None:
    extract = stated(tmp_path, "asset_steps", {"source": ""}, place="oak/agent-bank/steps.csv")
    assert rows(extract)[0]["source"] == "agent-bank"


@pytest.mark.parametrize(
    ("kind", "field", "value", "code"),
    [
        ("asset_pik", "asset_id", "", "MISSING_VALUE"),
        ("asset_pik", "from_date", "15/01/2024", "BAD_DATE"),
        ("asset_pik", "pik_share", "1.01", "RULE_VIOLATION"),
        ("asset_pik", "pik_share", "-0.1", "RULE_VIOLATION"),
        ("asset_pik", "pik_share", "all", "BAD_TYPE"),
        ("asset_draws", "draw_amount", "0", "OUT_OF_RANGE"),
        ("asset_draws", "utilisation_rate", "1.5", "OUT_OF_RANGE"),
        ("asset_draws", "commitment_fee_rate", "50", "OUT_OF_RANGE"),
        ("asset_draws", "available_until", "2025", "BAD_DATE"),
        ("asset_steps", "step_kind", "FEE", "BAD_ENUM"),
        ("asset_steps", "rate", "7.25", "OUT_OF_RANGE"),
        ("asset_steps", "rate", "", "MISSING_VALUE"),
        ("asset_events", "kind", "REPRICING", "BAD_ENUM"),
        ("asset_events", "terms", "{", "BAD_JSON"),
        ("asset_events", "terms", '{"price": 1}', "BAD_JSON_SHAPE"),
        ("asset_events", "terms", '{"fraction": 0.3, "price": "par"}', "BAD_JSON_SHAPE"),
        ("asset_events", "terms", '{"fraction": 0.3, "price": 1, "fee": 0.01}', "BAD_JSON_SHAPE"),
        ("asset_hedges", "hedge_rate", "0", "OUT_OF_RANGE"),
        ("asset_hedges", "hedge_ratio", "1.2", "RULE_VIOLATION"),
        ("asset_hedges", "hedge_ratio", "0", "RULE_VIOLATION"),
        ("asset_hedges", "currency", "XXQ", "CURRENCY_UNKNOWN"),
        ("asset_hedges", "coupon_type", "CAPPED", "BAD_ENUM"),
    ],
)
def test_a_wrong_field_quarantines_its_row_and_no_other(
    tmp_path: Path, kind: str, field: str, value: str, code: str
) -> None:
    extract = stated(tmp_path, kind, {field: value}, OTHER)
    assert breaches(extract) == [(2, chr(ord("A") + [*GOOD[kind]].index(field)), code)]
    assert [row["asset_id"] for row in rows(extract)] == ["LX2"]


@pytest.mark.parametrize(
    ("kind", "field", "value", "rule"),
    [("asset_pik", "pik_share", "2", "PIK_SHARE_RANGE"), ("asset_hedges", "hedge_ratio", "2", "HEDGE_RATIO")],
)
def test_a_bound_that_is_a_rule_of_the_engine_is_reported_under_its_code(
    tmp_path: Path, kind: str, field: str, value: str, rule: str
) -> None:
    (breach,) = stated(tmp_path, kind, {field: value}).rejected
    assert f"({rule})" in breach.message
    assert "at most 1" in breach.message


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("forced_default", '{"fraction": "0.25"}'),
        ("restructuring", '{"haircut": 0.2, "coupon": 0.05, "maturity": "2026-01-15", "accrued": "capitalised"}'),
        ("amend_extend", '{"maturity": "2025-04-15", "spread": 0.04, "fee": 0.0025}'),
        ("amend_extend", '{"schedule": [{"date": "2024-10-15", "amount": 1}, {"date": "2025-01-15", "amount": 3}]}'),
        ("sale", '{"fraction": 1, "price": 0.97, "premium_as": "interest"}'),
    ],
)
def test_every_kind_of_event_has_terms_of_its_own(tmp_path: Path, kind: str, terms: str) -> None:
    assert stated(tmp_path, "asset_events", {"kind": kind, "terms": terms}).rejected == ()


def test_a_coupon_and_a_spread_in_one_event_contradict_each_other(tmp_path: Path) -> None:
    terms = '{"coupon": 0.05, "spread": 0.03}'
    assert [
        code for *_, code in breaches(stated(tmp_path, "asset_events", {"kind": "amend_extend", "terms": terms}))
    ] == ["BAD_JSON_SHAPE"]


def test_two_steps_of_one_day_are_both_quarantined_and_events_of_a_day_differ_by_kind_and_scenario(
    tmp_path: Path,
) -> None:
    steps = stated(tmp_path / "steps", "asset_steps", {}, {"rate": "0.08"}, OTHER)
    assert [code for *_, code in breaches(steps)] == ["DUPLICATE_KEY", "DUPLICATE_KEY"]
    events = stated(
        tmp_path / "events",
        "asset_events",
        {},
        {"scenario": "stress"},
        {"kind": "forced_default", "terms": '{"fraction": 0.1}'},
    )
    assert len(rows(events)) == 3


def test_a_row_is_taken_back_by_its_key_alone(tmp_path: Path) -> None:
    text = "asset_id,from_date,step_kind,rate,row_action\nLX1,2024-05-31,,,delete\n"
    (row,) = rows(read_feed(tmp_path, text, {})[1])
    assert (row["asset_id"], row["row_action"], row["rate"]) == ("LX1", "delete", None)
