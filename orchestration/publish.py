"""Makes a new publication when its checks allow it, and swaps it in by one rename. Copying marts is mart_copies'."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration import audit
from orchestration.audit import AuditEntry
from orchestration.clock import utc_now
from orchestration.mart_copies import View, copy_marts
from orchestration.retention.old_publications import removable
from orchestration.sealed_log import published_heads, writing
from orchestration.settings import Settings
from orchestration.tenancy import SHARED, Mart, NotPublishable
from orchestration.warehouse import Warehouse, open_publication

OPERATOR, RESTRICTED = "_operator", "_restricted"
UNCLASSIFIED = "CONFIDENTIAL"  # what nobody has classified is for the house and the organisation alone
LOAD_COLUMNS = (
    *("load_id", "file_sha256", "file_name", "organization_id", "kind", "feed_name", "as_of", "known_at", "status"),
)
LINKED = ("warehouse.duckdb", "parquet", "reports", "catalog.json")


@dataclass(frozen=True)
class Publication:
    publication_id: str
    path: Path
    rows: Mapping[str, int]  # mart -> rows, the house's own view
    organizations: tuple[str, ...]


def marts_of(manifest: Mapping[str, Any], suite_checks: Mapping[str, Iterable[str]]) -> tuple[Mart, ...]:
    """Every mart of the manifest with the run-scope checks that guard it: dbt error tests and suites of run scope."""
    tests: dict[str, set[str]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node["config"].get("severity", "error").lower() == "error":
            tests.setdefault(node.get("attached_node") or "", set()).add(node["name"])
    return tuple(
        Mart(
            node["name"],
            node["description"],
            {name: column["description"] for name, column in node["columns"].items()},
            frozenset(tests.get(unique_id, set()) | set(suite_checks.get(f"marts.{node['name']}", ()))),
            _classes(node),
            sorted_by(node),
        )
        for unique_id, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model" and node["schema"] == "marts"
    )


def _classes(node: Mapping[str, Any]) -> dict[str, str]:
    """The classification of each column: its own, else that of its model."""
    of_model = node["config"].get("meta", {}).get("classification", UNCLASSIFIED)
    return {
        name: (column.get("config") or {}).get("meta", {}).get("classification", of_model)
        for name, column in node["columns"].items()
    }


def sorted_by(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that a mart's model names under `meta: sorted_by`. Raises ValueError where the mart has no such column."""
    columns = tuple(node["config"].get("meta", {}).get("sorted_by", ()))
    unknown = [column for column in columns if column not in node["columns"]]
    if unknown:
        raise ValueError(
            f"{node['original_file_path']}: meta sorted_by of {node['name']} must name columns of the mart, found {unknown}; "
            f"correct them in the yml beside the model"
        )
    return columns


def refuse_unless_verified(warehouse: Warehouse, marts: Iterable[Mart]) -> None:
    """Re-read the run-scope verdicts of `marts`; raise `NotPublishable` naming every reason at once."""
    built = dict(warehouse.rows("select relation, max(built_at) from ops.relation_builds group by 1"))
    newest = {
        (asset, check): (status, checked_at)
        for asset, check, status, checked_at in warehouse.rows(
            "select asset, check_name, max_by(status, checked_at), max(checked_at) from ops.quality_results "
            "where entity_id is null group by 1, 2"
        )
    }
    reasons: list[str] = []
    for mart in marts:
        built_at = built.get(mart.relation)
        if built_at is None:
            reasons.append(f"{mart.relation} was never built")
            continue
        for check in sorted(mart.run_checks):
            status, checked_at = newest.get((mart.relation, check), (None, None))
            if status is None:
                reasons.append(f"{mart.relation}: check {check} has no verdict")
            elif status != "passed":
                reasons.append(f"{mart.relation}: check {check} {status}")
            elif checked_at < built_at:
                reasons.append(f"{mart.relation}: the verdict of check {check} is older than the mart")
    general = warehouse.rows(
        "select asset, check_name, max_by(status, checked_at) as last from ops.quality_results where entity_id is null "
        "group by 1, 2 having last <> 'passed' and max_by(scope, checked_at) = 'run' "
        "and max_by(severity, checked_at) = 'critical'"
    )
    reasons += [
        f"{asset}: check {check} {status}"
        for asset, check, status in general
        # What is said of a publication is said anew by the next one.
        if not asset.startswith(("marts.", "published."))
    ]
    if reasons:
        raise NotPublishable("nothing is published: " + "; ".join(reasons))


def publish(
    warehouse: Warehouse,
    settings: Settings,
    marts: tuple[Mart, ...],
    *,
    run_id: str,
    fingerprints: tuple[str, str],
    reports: Mapping[str, str],
    write_reports: Callable[[duckdb.DuckDBPyConnection, Path, str], None] | None = None,
    pages: Mapping[str, Callable[[duckdb.DuckDBPyConnection, str | None], str]] | None = None,
) -> Publication:
    """Build, validate and swap in a publication; `fingerprints` are (code, settings), `reports` file name -> text.

    `write_reports` makes the reports to investors from the marts, in the folders of the new publication, before the
    marts are copied: what was made is a mart itself. `pages` (file name -> page of one organisation, of all for none) stand in
    the reports of every folder.

    Raises `NotPublishable`; then the publication in place stays as it is.
    """
    refuse_unless_verified(warehouse, marts)
    publication_id = f"{utc_now():%Y%m%dT%H%M%S%f}Z"
    building = settings.publications_path / f".building-{publication_id}"
    _settle(warehouse, settings)
    building.mkdir(parents=True)
    organizations = tuple(
        o
        for (o,) in warehouse.rows("select distinct organization_id from marts.dim_organization order by 1")
        if o != SHARED
    )
    views = {OPERATOR: View()} | {organization: View(organization) for organization in organizations}
    if settings.publish_restricted:
        views[RESTRICTED] = View(is_restricted=True)
        # Before anything is written into it: nobody else may look in meanwhile either.
        (building / RESTRICTED).mkdir(mode=0o700)
    with warehouse.connect() as connection:
        if write_reports is not None:
            write_reports(connection, building, publication_id)
        counts = copy_marts(connection, building, marts, views)
        last_load = connection.execute("select coalesce(max(load_id), '') from raw.loads").fetchone()
        loads = connection.execute(f"select {', '.join(LOAD_COLUMNS)} from raw.loads order by load_id").fetchall()
        heads = published_heads(connection)
        own_pages = {
            folder: {name: page(connection, view.organization) for name, page in (pages or {}).items()}
            for folder, view in views.items()
        }
    for folder in views:
        (building / folder / "reports").mkdir(exist_ok=True)
        for name, text in own_pages[folder].items():
            (building / folder / "reports" / name).write_text(text)
        for name, text in reports.items():
            if folder == OPERATOR:
                (building / folder / "reports" / name).write_text(text)
        _write_catalog(building / folder, publication_id, marts, counts[folder], views[folder])
        if views[folder].organization is not None:
            own = [load for load in loads if load[LOAD_COLUMNS.index("organization_id")] in (folder, SHARED)]
            _write_manifest(building / folder, publication_id, run_id, own, None)
    for name in LINKED:
        (building / name).symlink_to(Path(OPERATOR) / name)
    _write_manifest(building, publication_id, run_id, loads, heads)
    final = settings.publications_path / publication_id
    os.replace(building, final)
    former = settings.published_link.resolve().name if settings.published_link.exists() else None
    point_to(settings, final)
    with writing(warehouse) as connection:
        connection.execute(
            "insert into ops.publications values (?, ?, ?, ?, ?, ?)",
            [publication_id, utc_now(), run_id, *fingerprints, last_load[0] if last_load else ""],
        )
        changes = {"published": (former, publication_id)}
        entry = AuditEntry("PUBLISH", "publication", publication_id, changes=changes, correlation_id=run_id)
        audit.record(connection, settings, [entry])
    remove_old_publications(warehouse, settings)
    return Publication(publication_id, final, counts[OPERATOR], organizations)


def point_to(settings: Settings, publication: Path) -> None:
    """Swap the `published` link by one rename: a reader sees the old publication or the new one, never neither."""
    temporary = settings.home / f".published-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path("publications") / publication.name)
    os.replace(temporary, settings.published_link)


def publications(settings: Settings) -> list[Path]:
    """Whole publications, oldest first."""
    return sorted(p for p in settings.publications_path.iterdir() if p.is_dir() and not p.name.startswith("."))


def remove_old_publications(warehouse: Warehouse, settings: Settings) -> list[str]:
    """Remove the publications that are one too many or hold what was erased since, unless a legal hold keeps them; returns their ids."""
    with warehouse.connect() as connection:
        old = removable(
            connection, publications(settings), settings.published_link.resolve().name, settings.publications_kept
        )
    for publication in old:
        shutil.rmtree(publication)
    return [publication.name for publication in old]


def _settle(warehouse: Warehouse, settings: Settings) -> None:
    """Put right what a process that died while it published left: what readers see is recorded, what they never saw is removed."""
    for leftover in settings.publications_path.glob(".building-*"):
        shutil.rmtree(leftover)
    for link in settings.home.glob(".published-*"):
        link.unlink()
    recorded = {name for (name,) in warehouse.rows("select publication_id from ops.publications")}
    current = settings.published_link.resolve().name if settings.published_link.exists() else None
    for found in publications(settings):
        if found.name in recorded:
            continue
        if found.name != current:
            shutil.rmtree(found)
            continue
        manifest = json.loads((found / "manifest.json").read_text())
        published_at = dt.datetime.fromisoformat(manifest["published_at"]).replace(tzinfo=None)
        with writing(warehouse) as connection:
            # What code and settings made it is not known any more: whatever compares itself with it is computed anew.
            connection.execute(
                "insert into ops.publications (publication_id, published_at, run_id) values (?, ?, ?)",
                [found.name, published_at, manifest["run_id"]],
            )
            entry = AuditEntry(
                "PUBLISH",
                "publication",
                found.name,
                changes={"published": (None, found.name)},
                reason="its process died before this was written",
                correlation_id=manifest["run_id"],
                occurred_at=published_at,
            )
            audit.record(connection, settings, [entry])


def _write_catalog(
    folder: Path, publication_id: str, marts: tuple[Mart, ...], counts: Mapping[str, int], view: View
) -> None:
    with open_publication(folder) as connection:
        types: dict[str, dict[str, str]] = {}
        for table, column, kind in connection.execute(
            "select table_name, column_name, data_type from information_schema.columns order by table_name, ordinal_position"
        ).fetchall():
            types.setdefault(table, {})[column] = kind
    tables = [
        {
            "name": mart.name,
            "description": mart.description,
            "rows": counts[mart.name],
            "parquet": f"parquet/{mart.name}.parquet",
            "columns": [
                {
                    "name": column,
                    "type": kind,
                    "description": mart.columns.get(column, ""),
                    "classification": mart.classes.get(column, UNCLASSIFIED),
                    "is_masked": column in mart.restricted and not view.is_restricted,
                }
                for column, kind in types[mart.name].items()
            ],
        }
        for mart in marts
    ]
    catalog = {"publication_id": publication_id, "schema": "marts", "tables": tables}
    (folder / "catalog.json").write_text(json.dumps(catalog, indent=2))


def _write_manifest(
    folder: Path,
    publication_id: str,
    run_id: str,
    loads: list[tuple[Any, ...]],
    heads: Mapping[str, Any] | None,
) -> None:
    """What stands in a folder and the files it was made from; `heads` are the house's to know, as they count everybody's events."""
    files = {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not any(parent.is_symlink() for parent in [file, *file.parents][: len(file.parents)])
    }
    manifest = {
        "publication_id": publication_id,
        "run_id": run_id,
        "published_at": utc_now().isoformat() + "Z",
        "files": files,
        # Where the sealed logs ended: they can no longer become shorter unseen.
        "audit_heads": heads,
        "source_loads": [dict(zip(LOAD_COLUMNS, load, strict=True)) for load in loads],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, default=str))
