"""What the pinned DuckDB does with decimals: the facts on which the warehouse's types rest (nav.md 0.6)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

Connection = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def database() -> Iterator[Connection]:
    with duckdb.connect() as connection:
        yield connection


def value_and_type(database: Connection, expression: str) -> tuple[object, str]:
    row = database.sql(f"select {expression} as value, typeof({expression}) as type").fetchone()
    assert row is not None
    return row[0], row[1]


def test_the_pinned_version_is_the_one_tested(database: Connection) -> None:
    assert duckdb.__version__ == "1.5.5"


def test_dividing_decimals_gives_a_double(database: Connection) -> None:
    value, kind = value_and_type(database, "1::decimal(38, 12) / 3::decimal(38, 12)")
    assert (value, kind) == (1 / 3, "DOUBLE")


def test_the_average_of_decimals_is_a_double(database: Connection) -> None:
    row = database.sql(
        "select avg(amount), typeof(avg(amount)) from (values (1::decimal(24, 4)), (2::decimal(24, 4))) as t (amount)"
    ).fetchone()
    assert row == (1.5, "DOUBLE")


def test_a_decimal_wider_than_38_digits_does_not_exist(database: Connection) -> None:
    with pytest.raises(duckdb.Error, match="38"):
        database.sql("select 1::decimal(78, 18)").fetchone()


def test_products_of_18_digit_decimals_overflow(database: Connection) -> None:
    with pytest.raises(duckdb.Error, match=r"[Oo]verflow|[Oo]ut of [Rr]ange"):
        database.sql("select 12000::decimal(18, 6) * 84.35::decimal(18, 8)").fetchone()


def test_products_of_38_digit_decimals_with_18_decimals_overflow(database: Connection) -> None:
    with pytest.raises(duckdb.Error, match=r"[Oo]verflow|[Oo]ut of [Rr]ange"):
        database.sql("select 12000::decimal(38, 18) * 84.35::decimal(38, 18)").fetchone()


def test_two_decimals_with_12_places_can_be_multiplied_and_three_only_with_a_cast(
    database: Connection,
) -> None:
    two = "12000::decimal(38, 12) * 84.35::decimal(38, 12)"
    assert value_and_type(database, two) == (Decimal("1012200.000000000000000000000000"), "DECIMAL(38,24)")
    with pytest.raises(duckdb.Error, match=r"[Oo]verflow|[Oo]ut of [Rr]ange|[Ss]cale"):
        database.sql(f"select {two} * 1.1::decimal(38, 12)").fetchone()
    three, _ = value_and_type(database, f"({two})::decimal(38, 12) * 1.1::decimal(38, 12)")
    assert three == Decimal("1113420")


@pytest.mark.parametrize(("text", "expected"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00")])
def test_casting_and_rounding_decimals_go_half_away_from_zero(database: Connection, text: str, expected: str) -> None:
    cast, _ = value_and_type(database, f"'{text}'::decimal(18, 4)::decimal(18, 2)")
    rounded, _ = value_and_type(database, f"round('{text}'::decimal(18, 4), 2)")
    assert (cast, rounded) == (Decimal(expected), Decimal(expected))
