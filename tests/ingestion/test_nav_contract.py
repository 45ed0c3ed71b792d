"""The contract of the NAV workbook is whole and agrees with itself. Source: input-contracts 4."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ingestion.contracts import CONTRACTS, DelimitedContract, Sheet, WorkbookContract, price_currencies
from ingestion.delimited import normal_form
from ingestion.rules import RowRule

PATH: Path = CONTRACTS / "nav_workbook.yaml"
CONTRACT = WorkbookContract.model_validate(yaml.safe_load(PATH.read_text(encoding="utf-8")))
SHEETS = {sheet.name: sheet for sheet in CONTRACT.sheets}

# The sheets of input-contracts 4.1 and 4.2 in their order; those marked (ref) hold nothing.
# fmt: off
PRODUCT_SHEETS = [
    "Fund Products", "Bond Products", "Equity Products", "Commodity Products", "Structured Products", "Quant Products",
    "Private Equity Products", "Private Debt Products", "Real Estate Products", "Energy Products",
    "Infrastructure Products", "Collectible Products", "Asset Backed Products", "Digital Fund Products",
    "Stablecoin Products",
]
MASTER = ["Projects", "Project Organizations", *PRODUCT_SHEETS, "Share Classes", "Instruments"]
DATED = [
    "Holdings", "Prices", "FX Rates", "NAV History", "Assumptions", "Valuations & Appraisals", "Schedules",
    "Corporate Actions", "Pools", "Reserves & Vaults", "Token Supply", "Production", "Accruals & Fees",
    "Capital Activity", "Custodian Positions", "Custodian Cash", "Transfer Agent Shares",
]
REFERENCE = [
    "Projects", "Project Organizations", "Instruments", "Prices", "FX Rates", "Assumptions", "Corporate Actions",
    "Custodian Positions", "Custodian Cash", "Transfer Agent Shares",
]
SHARED = [
    "product_id", "project_id", "product_name", "subtype", "status", "currency", "measurement_basis", "instrument_id",
    "inception_date", "target_raise", "valuation_calendar", "valuation_cutoff", "nav_frequency", "nav_dp", "unitless",
    "shares_outstanding", "shares_as_of", "year_fraction",
]
# fmt: on
# In sheet Instruments they stand from coupon_rate to seniority.
FIRST_BOND_TERM, LAST_BOND_TERM = "coupon_rate", "seniority"

every_sheet = pytest.mark.parametrize("sheet", CONTRACT.sheets, ids=lambda sheet: sheet.name)


def test_the_sheets_are_those_of_the_specification_in_its_order() -> None:
    assert list(SHEETS) == MASTER + DATED
    assert [name for name, sheet in SHEETS.items() if sheet.is_required] == ["Projects"]


def test_every_row_that_names_a_product_a_class_or_an_instrument_refers_to_it() -> None:
    """Custodian lines name instruments freely: what only the custodian knows is a break. Source: input-contracts 1.4, 4."""
    meant = {
        "project_id": ("Projects",),
        "product_id": tuple(PRODUCT_SHEETS),
        "parent_fund_id": tuple(PRODUCT_SHEETS),
        "share_class_id": ("Share Classes", *PRODUCT_SHEETS),
        **dict.fromkeys(("instrument_id", "underlying_instrument_id", "new_instrument_id"), ("Instruments",)),
    }
    for sheet in CONTRACT.sheets:
        for name in meant.keys() & sheet.fields.keys():
            reference = sheet.fields[name].refers_to
            if sheet.key == (name,) or (sheet.name, name) == ("Custodian Positions", "instrument_id"):
                assert reference is None
            else:
                assert reference is not None, (sheet.name, name)
                assert CONTRACT.sheets_meant(reference) == meant[name]


def test_a_quarantined_row_holds_its_product_except_in_a_reference_sheet() -> None:
    assert [name for name, sheet in SHEETS.items() if not sheet.holds] == REFERENCE
    assert all("product_id" in sheet.fields for sheet in CONTRACT.sheets if sheet.holds)


@pytest.mark.parametrize("name", PRODUCT_SHEETS)
def test_every_product_sheet_begins_with_the_fields_that_all_products_share(name: str) -> None:
    fields, first = SHEETS[name].fields, SHEETS[PRODUCT_SHEETS[0]].fields
    assert list(fields)[: len(SHARED)] == SHARED
    assert SHEETS[name].key == ("product_id",)
    for shared in SHARED:
        if shared != "subtype":  # each product has subtypes of its own
            assert fields[shared] == first[shared]


def test_a_bond_has_the_same_terms_as_a_product_and_as_an_instrument() -> None:
    instrument, bond = SHEETS["Instruments"].fields, SHEETS["Bond Products"].fields
    names = list(instrument)
    terms = names[names.index(FIRST_BOND_TERM) : names.index(LAST_BOND_TERM) + 1]
    assert len(terms) == 21
    assert list(bond)[len(SHARED) : len(SHARED) + len(terms)] == terms
    assert {name: bond[name] for name in terms} == {name: instrument[name] for name in terms}


@every_sheet
def test_every_sheet_has_a_key_and_says_what_a_row_is(sheet: Sheet) -> None:
    assert sheet.key
    assert sheet.description.startswith("One row per ")


def test_each_sheet_has_a_table_of_its_own_but_rates_that_feeds_bring_too() -> None:
    tables = [sheet.table for sheet in CONTRACT.sheets]
    assert len(set(tables)) == len(tables)
    assert {sheet.table for sheet in CONTRACT.sheets if not sheet.owns_table} == {"fx_rates", "prices"}
    assert {name for name in CONTRACT.tables if not name.startswith("nav_")} == set()


def test_exchange_rates_fill_the_table_of_the_rate_feeds() -> None:
    feed = DelimitedContract.model_validate(yaml.safe_load((CONTRACTS / "fx_feed.yaml").read_text(encoding="utf-8")))
    sheet, table = SHEETS["FX Rates"], feed.tables["fx_rates"]
    assert {*sheet.fields, *sheet.day_of} == {*table.columns} - {"row_action"}
    assert set(sheet.key) == set(table.key)


@every_sheet
def test_codes_are_written_as_cells_are_compared_and_defaults_are_among_them(sheet: Sheet) -> None:
    """Source: input-contracts 1.3, topic code."""
    for field in sheet.fields.values():
        assert [code.upper().replace(" ", "_").replace("-", "_") for code in field.codes] == list(field.codes)
        assert len(set(field.codes)) == len(field.codes)
        if field.codes and field.default is not None:
            assert field.default in field.codes


@every_sheet
def test_no_two_fields_of_a_sheet_are_found_under_one_header(sheet: Sheet) -> None:
    headers = [
        normal_form(header)
        for name, field in sheet.fields.items()
        for header in (field.header or name, *field.other_headers)
    ]
    assert len(set(headers)) == len(headers)


def test_no_two_sheets_are_found_under_one_name() -> None:
    names = [normal_form(name).removesuffix("s") for s in CONTRACT.sheets for name in (s.name, *s.other_names)]
    assert len(set(names)) == len(names)


@every_sheet
def test_rules_name_fields_of_their_sheet(sheet: Sheet) -> None:
    for exclusive in sheet.exclusive:
        assert set(exclusive.fields) <= set(sheet.fields)
    for rule in sheet.rules:
        assert named_fields(rule) <= set(sheet.fields)


def named_fields(rule: RowRule) -> set[str]:
    if rule.required_when:
        return {*rule.required_when[:2]}
    assert rule.differ
    return {*rule.differ}


def test_only_a_price_may_be_quoted_in_hundredths() -> None:
    """Source: input-contracts 2.1, minor units."""
    quoted = {(s.name, name) for s in CONTRACT.sheets for name, field in s.fields.items() if field.is_price_currency}
    assert quoted == {("Prices", "currency")}
    assert price_currencies() == {"GBX", "ZAC", "ILA"}


def test_what_people_must_not_read_is_restricted() -> None:
    """Source: input-contracts 2.8."""
    restricted = {(s.name, name) for s in CONTRACT.sheets for name, field in s.fields.items() if field.is_restricted}
    assert restricted == {("Projects", "tax_id")}


def test_every_shape_is_a_schema_and_refuses_unknown_keys() -> None:
    used = {field.shape for sheet in CONTRACT.sheets for field in sheet.fields.values() if field.shape}
    assert used == set(CONTRACT.shapes)
    for schema in CONTRACT.shapes.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("shape", "document", "is_sound"),
    [
        # The note of nav E-9: a zero bond and 80 % of a call. The reader leaves numbers as text.
        ("COMPONENTS", [{"type": "ZERO", "participation": "0.95"}, {"type": "CALL", "participation": 0.8}], True),
        ("COMPONENTS", [{"type": "PUT", "sign": "-1", "strike": "4850", "monitoring": "DAILY"}], True),
        ("COMPONENTS", [{"type": "SWAP"}], False),
        ("COMPONENTS", [{"type": "CALL", "sign": "0.5"}], False),
        ("COMPONENTS", [{"type": "CALL", "strike": "at the money"}], False),
        ("COMPONENTS", [{"type": "CALL", "notional": "1"}], False),
        ("UNDERLYING_IDS", ["SPX", "idx:stoxx-50"], True),
        ("UNDERLYING_IDS", ["S&P 500"], False),
        ("CAPITAL_STRUCTURE", [{"class": "A", "rank": "1", "participating": True, "shares": "1e6"}], True),
        ("CAPITAL_STRUCTURE", [{"class": "A", "rank": "1.5"}], False),
        ("BLEND_WEIGHTS", {"DIRECT_CAP": "0.6", "DCF": 0.4}, True),
        ("BLEND_WEIGHTS", {"COST": "1"}, False),
    ],
)
def test_shapes_take_what_the_specification_lists_and_nothing_else(shape: str, document: Any, is_sound: bool) -> None:
    assert Draft202012Validator(CONTRACT.shapes[shape]).is_valid(document) == is_sound
