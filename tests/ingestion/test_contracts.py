"""Contracts are complete and consistent, and every reason code that ingestion gives is in the closed list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

import ingestion
from ingestion.contracts import (
    Contract,
    DelimitedContract,
    RawTable,
    arrow_schema,
    arrow_type,
    currency_codes,
    delimited_contracts,
    identifiers_by_table,
    load_contracts,
    raw_tables,
)
from ingestion.kinds import kinds
from ingestion.layouts import known_currencies
from ingestion.reasons import advice_for, reason, reasons

INGESTION = Path(ingestion.__file__).parent

# The list of input-contracts 1.4.
SPECIFIED = {
    "file": "NOT_A_WORKBOOK EMPTY_FILE UNREADABLE_ARCHIVE ENCRYPTED TOO_LARGE ARCHIVE_BOMB BAD_ENCODING BAD_XML UNKNOWN_KIND "
    "AMBIGUOUS_KIND BAD_FEED MISSING_SHEET ERASED_CONTENT CONTROL_TOTAL",
    "duplicate": "DUPLICATE_CONTENT",
    "held": "MASS_DELETION",
    "waiting": "FILE_GROWING",
    "sheet": "DUPLICATE_SHEET DUPLICATE_HEADER MISSING_COLUMN",
    "row": "MISSING_VALUE BAD_TYPE NOT_FINITE BAD_DATE BAD_ENUM BAD_JSON BAD_JSON_SHAPE OUT_OF_RANGE PRECISION_EXCEEDED "
    "TOO_LONG CONTROL_CHARACTER CELL_ERROR FORMULA_NO_VALUE CURRENCY_UNKNOWN EXCLUSIVE_FIELDS DUPLICATE_ROW DUPLICATE_KEY "
    "ORPHAN_KEY PARENT_QUARANTINED TENANT_MISMATCH OWNED_BY_OTHER_FEED OVERLAPPING_PERIOD ILLEGAL_TRANSITION UNIT_MISMATCH "
    "RULE_VIOLATION",
    "note": "EXTRA_SHEET EXTRA_COLUMN TRIMMED ZONE_ASSUMED BAD_IDENTIFIER OLD_FILE_RESENT LEADING_WHITESPACE DEFAULT_APPLIED",
}


# --- contracts ---


def test_kinds_with_a_contract_are_the_kinds_that_are_read() -> None:
    assert set(load_contracts()) == {name for name, kind in kinds().items() if kind.is_read}
    assert set(delimited_contracts()) == {
        *("fx_feed", "rate_index", "index_levels", "holidays", "price_feed", "trades", "clo_payment_report"),
        *("asset_pik", "asset_draws", "asset_steps", "asset_events", "asset_hedges", "approvals"),
    }


def test_every_raw_table_has_one_home_a_key_and_a_description_of_its_rows() -> None:
    tables = raw_tables()
    assert sum(len(contract.tables) for contract in load_contracts().values()) == len(tables)
    for name, table in tables.items():
        assert table.name == name
        assert table.key
        assert table.description.startswith("One row per ")


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("fx_rates", "base_currency quote_currency rate_date as_of rate source row_action"),
        ("index_rates", "index_id rate_date tenor rate source is_official row_action"),
        ("index_levels", "index_id level_date level currency return_type source row_action"),
        ("holidays", "calendar holiday_date holiday_name row_action"),
    ],
)
def test_market_tables_have_the_columns_others_rely_on(table: str, columns: str) -> None:
    assert list(raw_tables()[table].columns) == columns.split()
    assert arrow_schema(raw_tables()[table]).names == [*columns.split(), "_sheet", "_row", "_column"]


def test_rates_quotes_and_levels_are_exact_decimals_of_the_one_table_of_types() -> None:
    """Source: input-contracts 2.1."""
    assert arrow_schema(raw_tables()["index_rates"]).field("rate").type == pa.decimal128(18, 12)
    assert arrow_schema(raw_tables()["fx_rates"]).field("rate").type == pa.decimal128(38, 12)
    assert arrow_schema(raw_tables()["index_levels"]).field("level").type == pa.decimal128(38, 12)
    for contract in delimited_contracts().values():
        for table in contract.tables.values():
            assert "double" not in table.columns.values()


def test_column_types_are_a_closed_list() -> None:
    assert arrow_type("timestamp") == pa.timestamp("us")
    assert arrow_type("decimal(24, 4)") == pa.decimal128(24, 4)
    with pytest.raises(ValueError, match="found 'money'"):
        arrow_type("money")


TABLE: dict[str, Any] = {"description": "One row per x.", "key": ["a"], "columns": {"a": "text"}}


def test_a_contract_whose_key_is_no_column_is_refused() -> None:
    with pytest.raises(ValidationError, match="key columns must be columns"):
        RawTable(name="t", description="d", key=("b",), columns={"a": "text"})


def test_a_contract_may_carry_keys_of_its_own_reader_but_its_rules_must_name_real_fields() -> None:
    base: dict[str, Any] = {"kind": "k", "contract_version": 1, "title": "K", "tables": {"t": TABLE}}
    assert Contract.model_validate(base | {"blocks": {"x": 1}}).guarded == ()
    owned = {"table": "t", "field": "a", "entity_type": "thing"}
    assert Contract.model_validate(base | {"owned": owned}).owned is not None
    with pytest.raises(ValidationError, match=r"names t\.z"):
        Contract.model_validate(base | {"guarded": [{"table": "t", "field": "z"}]})


def test_a_layout_must_fill_the_key_of_its_table_and_may_not_carry_unknown_keys() -> None:
    base: dict[str, Any] = {
        "kind": "k",
        "contract_version": 1,
        "title": "K",
        "reader": "delimited",
        "tables": {"t": TABLE},
    }
    filled = {"name": "long", "table": "t", "fields": {"a": {"type": "id"}}}
    assert DelimitedContract.model_validate(base | {"layouts": [filled]}).layouts[0].delimiter == ","
    with pytest.raises(ValidationError, match="nothing fills key columns"):
        DelimitedContract.model_validate(base | {"layouts": [filled | {"fields": {"b": {"type": "id"}}}]})
    with pytest.raises(ValidationError, match="Extra inputs"):
        DelimitedContract.model_validate(base | {"layouts": [filled | {"colour": "red"}]})


def test_quote_only_currencies_are_none_of_a_rate_and_withdrawn_ones_only_of_histories() -> None:
    assert {"USD", "EUR", "JPY"} <= currency_codes()
    assert not {"GBX", "ZAC", "ILA"} & currency_codes()
    assert {"CYP", "TRL"} <= known_currencies(delimited_contracts()["fx_feed"])
    assert "CYP" not in known_currencies(delimited_contracts()["index_levels"])


def test_a_feed_refers_to_tables_of_other_kinds_by_their_one_key_and_by_columns_they_have() -> None:
    referring = {kind: identifiers_by_table(kind) for kind in load_contracts()}
    assert referring["price_feed"] == {"nav_instruments": ("isin", "cusip", "ticker")}
    assert referring["trades"] == {"clo_deals": (), "clo_assets": ()}
    for kind, tables in referring.items():
        for name, identifiers in tables.items():
            assert len(raw_tables()[name].key) == 1
            assert set(identifiers) <= set(raw_tables()[name].columns)
            assert name not in load_contracts()[kind].tables


# --- reasons ---


@pytest.mark.parametrize(
    ("level", "code"), [(level, code) for level, text in SPECIFIED.items() for code in text.split()]
)
def test_every_specified_code_is_listed_at_its_level(level: str, code: str) -> None:
    assert level in reason(code).levels


def test_every_reason_says_what_it_means_and_what_to_do_in_sentences() -> None:
    for listed in reasons().values():
        assert re.fullmatch(r"[A-Z]+(_[A-Z0-9]+)*", listed.code)
        assert listed.meaning.endswith(".")
        assert listed.advice.endswith(".")


def test_a_code_outside_the_list_has_no_advice() -> None:
    with pytest.raises(KeyError, match="NO_SUCH_CODE"):
        advice_for("NO_SUCH_CODE")


CODE = re.compile(r"^[A-Z]+(_[A-Z]+)+$")
GIVERS = {"FileRejected", "Finding", "Fault", "RejectedRow", "_refuse", "note", "advice_for", "reason"}
GIVERS |= {"find", "hold", "reject", "Reading", "Remark", "_say"}


def given_codes(path: Path) -> Iterator[str]:
    """Codes that a module gives: arguments of what raises or records one, and the code at the end of a message."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            if name in GIVERS:
                yield from (v.value for v in values if isinstance(v, ast.Constant) and CODE.match(str(v.value)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\(([A-Z]+(?:_[A-Z]+)+)\)$", node.value)


@pytest.mark.parametrize("path", sorted(INGESTION.rglob("*.py")), ids=lambda path: str(path.relative_to(INGESTION)))
def test_every_code_that_a_module_gives_is_in_the_list(path: Path) -> None:
    assert set(given_codes(path)) <= set(reasons())
