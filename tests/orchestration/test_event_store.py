"""Appending to the event store: versions that were expected, or nothing; and what `weir events` prints of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.events.store import VersionConflict, append_events
from orchestration.warehouse import Warehouse

NOW = dt.datetime(2025, 1, 1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.create_tables()
    return warehouse


def staged(connection: duckdb.DuckDBPyConnection, *versions: int, aggregate: str = "C1") -> str:
    connection.execute("create or replace temp table arriving as select * from ops.events limit 0")
    for version in versions:
        connection.execute(
            "insert into arriving (organization_id, aggregate_type, aggregate_id, event_version, event_type, known_at) "
            "values ('alder', 'CAPITAL_CALL', ?, ?, 'CAPITAL_CALL_CHANGED', ?)",
            [aggregate, version, NOW],
        )
    return "arriving"


def append(warehouse: Warehouse, *versions: int, aggregate: str = "C1") -> int:
    with warehouse.transaction() as connection:
        return append_events(connection, staged(connection, *versions, aggregate=aggregate), NOW, "run")


def test_an_append_that_expects_a_version_refuses_when_another_came_first(warehouse: Warehouse) -> None:
    append(warehouse, 1)
    append(warehouse, 2)  # somebody else, who also saw version 1
    with pytest.raises(
        VersionConflict, match="CAPITAL_CALL:C1 of alder: expected to append version 2, found version 2 in the store"
    ):
        append(warehouse, 2)
    assert warehouse.rows("select event_version from ops.events order by 1") == [(1,), (2,)]


def test_of_two_transactions_that_append_at_once_one_fails(warehouse: Warehouse) -> None:
    append(warehouse, 1)
    with warehouse.connect() as first, first.cursor() as second:
        first.begin()
        second.begin()
        append_events(first, staged(first, 2), NOW, "first")
        with pytest.raises(VersionConflict, match="another transaction"):
            append_events(second, staged(second, 2), NOW, "second")
        first.commit()
        second.rollback()
    assert warehouse.rows("select event_version, run_id from ops.events order by 1") == [(1, "run"), (2, "first")]
    assert warehouse.rows("select event_count from ops.event_head") == [(2,)]


@pytest.mark.parametrize("versions", [(2,), (1, 3), (1, 1)])
def test_versions_with_a_gap_or_twice_are_refused_whole(warehouse: Warehouse, versions: tuple[int, ...]) -> None:
    with pytest.raises(VersionConflict, match="C1 of alder"):
        append(warehouse, *versions)
    assert warehouse.rows("select count(*) from ops.events") == [(0,)]


def test_events_are_numbered_over_aggregates_without_a_gap(warehouse: Warehouse) -> None:
    assert append(warehouse, 1, 2) == 2
    assert append(warehouse, 1, aggregate="C2") == 1
    rows = warehouse.rows("select event_number, aggregate_id, event_version from ops.events order by 1")
    assert rows == [(1, "C1", 1), (2, "C1", 2), (3, "C2", 1)]
    assert warehouse.rows("select count(distinct event_id) from ops.events") == [(3,)]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A home that has published three events."""
    folder = tmp_path / "home" / "published"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.fact_events as
            select n::bigint as event_number, 'alder' as organization_id, kind as aggregate_type, key as aggregate_id,
                version as event_version, type as event_type, 'calls' as event_source, '' as part_id, date '2023-11-17' as event_date,
                known::timestamp as known_at, cause, load_id, 'r1' as run_id, data as event_data
            from (values
                (1, 'CAPITAL_CALL', 'C1', 1, 'CAPITAL_CALL_CREATED', '2024-01-20 09:00', 'LOAD', 'L1',
                    '{"state":{"amount":"100.0000","status":"ISSUED","approval":null},"changes":{}}'),
                (2, 'CAPITAL_CALL', 'C1', 2, 'CAPITAL_CALL_PAID', '2024-04-20 09:00', 'LOAD', 'L2',
                    '{"state":{"amount":"100.0000","status":"SETTLED","approval":null},"changes":{"status":{"old":"ISSUED","new":"SETTLED"}}}'),
                (3, 'FUND', 'F1', 1, 'FUND_CREATED', '2024-04-20 09:00', 'RUN', null, '{"state":{},"changes":{}}')
            ) as t(n, kind, key, version, type, known, cause, load_id, data)
            """
        )
    return folder.parent


def test_the_timeline_of_an_aggregate_is_printed_in_the_order_in_which_it_was_learned(published: Path) -> None:
    result = CliRunner().invoke(app, ["events", "--aggregate", "CAPITAL_CALL:C1", "--home", str(published)])
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "2024-01-20 09:00  CAPITAL_CALL_CREATED  CAPITAL_CALL:C1 v1, true 2023-11-17  [load L1]",
        "2024-04-20 09:00  CAPITAL_CALL_PAID  CAPITAL_CALL:C1 v2, true 2023-11-17: status ISSUED -> SETTLED  [load L2]",
    ]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--since", "2024-04-20T09:00:00Z"], ["CAPITAL_CALL_PAID", "FUND_CREATED"]),
        (["--since", "2024-04-20T11:00:00+02:00"], ["CAPITAL_CALL_PAID", "FUND_CREATED"]),
        (["--type", "fund_created"], ["FUND_CREATED"]),
        (["--organization", "birch"], ["no such event"]),
        (["--last", "1"], ["FUND_CREATED", "3 events; the last 1 are shown"]),
    ],
)
def test_events_are_chosen_by_what_is_asked(published: Path, options: list[str], shown: list[str]) -> None:
    result = CliRunner().invoke(app, ["events", *options, "--home", str(published)])
    lines = result.output.splitlines()
    assert len(lines) == len(shown)
    assert all(text in line for text, line in zip(shown, lines, strict=True))


@pytest.mark.parametrize(("options", "status"), [([], "SETTLED"), (["--as-known-at", "2024-04-20"], "ISSUED")])
def test_the_state_of_an_aggregate_is_rebuilt_as_known_at_an_instant(
    published: Path, options: list[str], status: str
) -> None:
    command = ["events", "--aggregate", "CAPITAL_CALL:C1", "--state", *options, "--home", str(published)]
    lines = CliRunner().invoke(app, command).output.splitlines()
    assert lines[0] == "alder CAPITAL_CALL:C1, calls"
    assert [line.split() for line in lines[1:]] == [["amount", "100.0000"], ["status", status]]


@pytest.mark.parametrize("options", [["--state"], ["--aggregate", "C1"], ["--since", "last week"]])
def test_what_cannot_be_asked_is_wrong_usage(published: Path, options: list[str]) -> None:
    assert CliRunner().invoke(app, ["events", *options, "--home", str(published)]).exit_code == 2


def test_a_home_without_a_publication_is_told_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["events", "--home", str(tmp_path)])
    assert result.exit_code == 2
