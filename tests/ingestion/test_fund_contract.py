"""The contract of the fund workbook, held against facts stated apart from it. Source: input-contracts 2.8, 3, 3.1."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ingestion.contracts import CONTRACTS, RowRule, Sheet, WorkbookContract

DOES_NOT_HOLD = {
    "Investors",
    "Investor Banking",
    "Allocations",
    "Allocation Calls",
    "Status Events",
    "Capital Accounts",
    "Chart of Accounts",
    "GL Mapping Rules",
    "GL Periods",
    "Exchange Rates",
    "Documents",
}
SIGNED = {
    "Valuations": {"fair_value", "unrealized_gain_loss"},
    "Reallocations": {"amount"},
    "Fund Expenses": {"amount"},
    "Capital Accounts": {
        "nav",
        "beginning_nav",
        "contributions",
        "distributions",
        "management_fee",
        "expenses",
        "income",
        "realized_gain",
        "unrealized_gain",
        "accrued_carry",
        "unfunded",
    },
}
RESTRICTED = {
    "Investors": {"tax_id", "email", "phone", "contact_name", "address"},
    "Investor Banking": {"bank_name", "account_number", "routing_number", "swift_code", "iban"},
    "Payments": {"payer_account"},
}
WATERFALL: dict[str, Any] = {
    "style": "EUROPEAN",
    "order": "CAPITAL_FIRST",
    "carry": "0.20",
    "hurdles": [
        {"kind": "RATE", "rate": "0.08", "base": "CONTRIBUTED", "convention": "IRR", "catch_up": 1},
        {"kind": "MULTIPLE", "multiple": "2.0", "carry_above": "0.25", "catch_up": None},
    ],
    "start": "DUE_DATE",
    "hurdle_floor": "ZERO",
    "off_the_top": [{"name": "reserve", "amount": "100000.00"}],
    "escrow": {"share": "0.3", "nav_coverage": "1.25"},
    "clawback": {"tests": ["EXCESS", "SHORTFALL"], "interim": "ANNUAL", "net_of_tax": True, "tax_rate": "0.37"},
}

CONTRACT = WorkbookContract.model_validate(
    yaml.safe_load((CONTRACTS / "fund_workbook.yaml").read_text(encoding="utf-8"))
)
SHEETS = {sheet.name: sheet for sheet in CONTRACT.sheets}


def fields_of_rule(rule: RowRule) -> set[str]:
    """Fields that a rule looks at: every text of the rule but its code and the codes that it lists."""
    named: set[str] = set()
    for value in (rule.not_before, rule.differ, rule.unique):
        named |= set(value or ())
    if rule.total:
        named |= {rule.total[0], *rule.total[1]}
    if rule.required_when:
        named |= set(rule.required_when[:2])
    if rule.no_overlap:
        named |= {*rule.no_overlap[0], *rule.no_overlap[1:]}
    if rule.one_each:
        named |= {*rule.one_each[0], rule.one_each[1]}
    return named


def test_the_forty_sheets_are_there_once_and_only_funds_must_be_sent() -> None:
    assert len(CONTRACT.sheets) == len(SHEETS) == len({sheet.table for sheet in CONTRACT.sheets}) == 40
    assert [name for name, sheet in SHEETS.items() if sheet.is_required] == ["Funds"]
    assert len(CONTRACT.tables) == 39
    assert {name for name in CONTRACT.tables if not name.startswith("fund_")} == set()


def test_sheets_whose_gaps_would_make_a_total_wrong_hold_their_fund() -> None:
    assert {name for name, sheet in SHEETS.items() if not sheet.holds} == DOES_NOT_HOLD


@pytest.mark.parametrize("sheet", CONTRACT.sheets, ids=lambda sheet: sheet.name)
def test_a_reference_is_the_whole_key_of_its_sheet_and_of_the_same_type(sheet: Sheet) -> None:
    for field in sheet.fields.values():
        if field.refers_to is not None:
            target = SHEETS[field.refers_to]
            assert len(target.key) == 1
            assert target.fields[target.key[0]].type == field.type


@pytest.mark.parametrize("sheet", CONTRACT.sheets, ids=lambda sheet: sheet.name)
def test_codes_defaults_and_rules_name_what_is_there(sheet: Sheet) -> None:
    for field in sheet.fields.values():
        assert bool(field.codes) == (field.type == "code")
        assert set(field.other_codes.values()) <= set(field.codes)
        assert not set(field.other_codes) & set(field.codes)
        if field.type == "code" and field.default is not None:
            assert field.default in field.codes
    named = {name for rule in sheet.rules for name in fields_of_rule(rule)}
    named |= {name for group in sheet.exclusive for name in group.fields}
    assert named <= set(sheet.fields)


def test_money_is_a_magnitude_except_where_it_is_signed() -> None:
    signed = {
        name: {n for n, field in sheet.fields.items() if field.type == "money" and field.floor == "none"}
        for name, sheet in SHEETS.items()
    }
    assert {name: fields for name, fields in signed.items() if fields} == SIGNED


def test_every_rate_has_a_ceiling_that_tells_percent_from_fraction() -> None:
    ceilings = {field.ceiling for sheet in CONTRACT.sheets for field in sheet.fields.values() if field.type == "rate"}
    assert {str(ceiling) for ceiling in ceilings} == {"0.25", "1", "5"}


def test_personal_and_bank_data_are_restricted() -> None:
    restricted = {
        name: {n for n, field in sheet.fields.items() if field.is_restricted} for name, sheet in SHEETS.items()
    }
    assert {name: fields for name, fields in restricted.items() if fields} == RESTRICTED


def test_exchange_rates_fill_the_columns_of_the_feed_of_rates() -> None:
    feed = yaml.safe_load((CONTRACTS / "fx_feed.yaml").read_text(encoding="utf-8"))["tables"]["fx_rates"]
    sheet = SHEETS["Exchange Rates"]
    assert not sheet.owns_table
    assert set(sheet.key) == set(feed["key"])
    assert {*sheet.fields, *sheet.day_of, "row_action"} == set(feed["columns"])


@pytest.mark.parametrize("name", CONTRACT.shapes)
def test_every_shape_is_a_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(CONTRACT.shapes[name])


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"carry": 0.2},
        {"hurdles": []},
        {"off_the_top": [{"name": "reserve", "share": "1E-2"}]},
    ],
)
def test_a_waterfall_may_be_written_like_this(change: dict[str, Any]) -> None:
    Draft202012Validator(CONTRACT.shapes["WATERFALL"]).validate(WATERFALL | change)


@pytest.mark.parametrize(
    "change",
    [
        {"carry": "20"},
        {"carry": 20},
        {"unknown": 1},
        {"style": "AMERICAN"},
        {"hurdles": [{"kind": "RATE", "rate": "8", "convention": "IRR"}]},
        {"hurdles": [{"kind": "RATE", "rate": "0.08"}]},
        {"hurdles": [{"kind": "MULTIPLE", "rate": "0.08"}]},
        {"off_the_top": [{"name": "reserve", "amount": "5", "share": "0.1"}]},
        {"escrow": {"share": "0.3", "unknown": 1}},
    ],
)
def test_a_waterfall_may_not_be_written_like_this(change: dict[str, Any]) -> None:
    assert not Draft202012Validator(CONTRACT.shapes["WATERFALL"]).is_valid(WATERFALL | change)


@pytest.mark.parametrize("missing", ["style", "order", "carry", "hurdles", "start", "hurdle_floor"])
def test_a_waterfall_leaves_no_choice_open(missing: str) -> None:
    given = {key: value for key, value in WATERFALL.items() if key != missing}
    assert not Draft202012Validator(CONTRACT.shapes["WATERFALL"]).is_valid(given)
