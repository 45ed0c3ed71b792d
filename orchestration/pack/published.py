"""Finds a projected deal in a publication and reads its rows. How they are laid out on sheets does not belong here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import WrongRequest
from orchestration.settings import Settings, shown
from orchestration.warehouse import open_publication

MINE = "organization_id = $organization_id and deal_id = $deal_id and is_current"
NOT_PROJECTED = "projection"  # the input that is said to be missing of a deal that was not projected


class PackError(WrongRequest):
    """What was asked for is not published; the message says what is."""


@dataclass(frozen=True)
class Source:
    """The publication that a pack is read from, and the load that stated the pool."""

    publication_id: str
    published_at: dt.datetime
    load_id: str
    file_name: str
    known_at: dt.datetime


@dataclass(frozen=True)
class PublishedDeal:
    """One deal of a publication; with one scenario whose every row is kept, or with none for what was not projected."""

    connection: duckdb.DuckDBPyConnection
    organization_id: str
    deal_id: str
    scenario_id: str
    source: Source

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of SQL that may say {mine}, $scenario_id, $deal_id and $organization_id."""
        text = sql.replace("{mine}", MINE)
        given = {"organization_id": self.organization_id, "deal_id": self.deal_id, "scenario_id": self.scenario_id}
        # DuckDB refuses a parameter that the text does not name.
        return self.connection.execute(
            text, {name: value for name, value in given.items() if f"${name}" in text}
        ).fetchall()

    def records(self, sql: str) -> list[dict[str, Any]]:
        """The same by column name."""
        rows = self.rows(sql)
        names = [column[0] for column in self.connection.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def has(self, mart: str) -> bool:
        """Whether the publication has a mart of this name."""
        found = self.connection.execute(
            "select count(*) from information_schema.tables where table_schema = 'marts' and table_name = ?", [mart]
        ).fetchone()
        return bool(found and found[0])


@contextmanager
def published_deal(
    settings: Settings, deal_id: str, scenario_id: str | None, organization_id: str | None = None
) -> Iterator[PublishedDeal]:
    """The deal as published last; raises `PackError` for one that is not there, was not projected, or not so.

    Without a scenario it is the deal's pool as reported, projected or not.
    """
    if not settings.published_link.exists():
        raise PackError(f"{shown(settings.home)} holds no publication yet: `weir run` makes one")
    # Followed once: a run that publishes meanwhile must not change it under the reader's feet.
    folder = settings.published_link.resolve()
    with open_publication(folder) as connection:
        owner = _owner(connection, deal_id, organization_id)
        if scenario_id is None:
            source = _source(connection, folder, deal_id, owner, "fact_compliance_results")
        else:
            source = _source(connection, folder, deal_id, owner, "fact_scenario_summary")
            _refuse_unkept(connection, scenario_id)
        yield PublishedDeal(connection, owner, deal_id, scenario_id or "", source)


def _owner(connection: duckdb.DuckDBPyConnection, deal_id: str, organization_id: str | None) -> str:
    published = connection.execute(
        "select distinct organization_id, deal_id from marts.dim_deal where is_current and not is_deleted "
        "order by length(deal_id), deal_id, organization_id"
    ).fetchall()
    mine = [row for row in published if organization_id in (None, row[0])]
    owners = [owner for owner, deal in mine if deal == deal_id]
    if not owners:
        there = ", ".join(dict.fromkeys(deal for _, deal in mine)) or "none"
        whose = f" of {organization_id}" if organization_id else ""
        raise PackError(f"no deal {deal_id}{whose} is published; these are: {there}")
    if len(owners) > 1:
        raise PackError(f"{deal_id} is a deal of {' and of '.join(owners)}: name one with --organization")
    return owners[0]


def _source(connection: duckdb.DuckDBPyConnection, folder: Path, deal_id: str, owner: str, mart: str) -> Source:
    keys = {"organization_id": owner, "deal_id": deal_id}
    found = connection.execute(
        f"select load_id, max(known_at) from marts.{mart} where {MINE} group by 1", keys
    ).fetchone()
    if found is None and mart == "fact_compliance_results":
        raise PackError(f"no compliance results of {deal_id} are published")
    if found is None:
        why = connection.execute(
            f"select reason from marts.fact_assumed_inputs where {MINE} and subject = $deal_id and field_name = $name",
            keys | {"name": NOT_PROJECTED},
        ).fetchone()
        reason = why[0] if why else "the publication does not say why; `weir run` projects again"
        raise PackError(f"{deal_id} was not projected: {reason}")
    load_id, known_at = found
    manifest = json.loads((folder / "manifest.json").read_text())
    files: Mapping[str, str] = {load["load_id"]: load["file_name"] for load in manifest["source_loads"]}
    published_at = dt.datetime.fromisoformat(manifest["published_at"]).replace(tzinfo=None)
    return Source(manifest["publication_id"], published_at, load_id, files[load_id], known_at)


def _refuse_unkept(connection: duckdb.DuckDBPyConnection, scenario_id: str) -> None:
    kept = [
        name
        for (name,) in connection.execute(
            "select scenario_id from marts.dim_scenario where is_projected and has_detail order by scenario_kind, scenario_id"
        ).fetchall()
    ]
    if scenario_id not in kept:
        raise PackError(f"no rows are kept of scenario {scenario_id}; they are of: {', '.join(kept)}")
