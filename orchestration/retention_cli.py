"""`weir archive`, `read-archive`, `restore-archive`, `erase`, `hold`: what a person types and reads. The work is retention's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from orchestration.console import CONSOLE, ERRORS, Home, held_warehouse, settings_of
from orchestration.retention.deletion_plans import DeletionPlan, Reason
from orchestration.retention.legal_holds import Hold, HoldScope
from orchestration.settings import shown

holds = typer.Typer(help="Legal holds: what may not be deleted, whatever else says so.", no_args_is_help=True)
Why = Annotated[str, typer.Option(help="Why.")]
OfArchive = Annotated[str, typer.Argument(help="Archive, as ops.archives names it.")]


def archive(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be archived.")] = False,
    before: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Loads of earlier business days (default: by archive age)."),
    ] = None,
    home: Home = None,
) -> None:
    """Move rows of old loads to the archive; marts, traces and checks see them as before."""
    from orchestration.retention.archiving import archive as archive_rows

    settings = settings_of(home)
    with held_warehouse(settings, "weir archive") as warehouse:
        done = archive_rows(warehouse, settings, before=before.date() if before else None, is_dry_run=dry_run)
    loads = {part.terms.load_id: part.terms for part in done.parts}
    for load_id, terms in loads.items():
        rows = sum(part.row_count for part in done.parts if part.terms.load_id == load_id)
        kept = f"kept until {terms.keep_until} ({terms.rule})" if terms.rule else "kept for ever: no rule covers it"
        CONSOLE.print(f"{load_id}  {terms.file_name}  {rows:,} rows, {kept}", markup=False, soft_wrap=True)
    rows = sum(part.row_count for part in done.parts)
    what = "Would archive" if dry_run else "Archived"
    size = "" if dry_run else f", {done.byte_size:,} bytes"
    CONSOLE.print(f"{what} {rows:,} rows of {len(loads)} loads in {len(done.parts)} files{size}")
    for message in done.failed:
        ERRORS.print(f"not archived: {message}", style="red", markup=False, soft_wrap=True)
    if done.failed:
        raise typer.Exit(1)


def read_archive(
    archive_id: OfArchive,
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    reason: Why,
    home: Home = None,
) -> None:
    """Copy an approved archive's file out, verified and logged."""
    from orchestration.retention.archive_access import read_archive as read

    settings = settings_of(home)
    with held_warehouse(settings, "weir read-archive") as warehouse:
        done = read(warehouse, settings, archive_id, reason, out)
    CONSOLE.print(f"Wrote {shown(out.absolute())}: {done.row_count:,} rows of {done.relation}", markup=False)


def restore_archive(archive_id: OfArchive, reason: Why, home: Home = None) -> None:
    """Put an approved archive's rows back into the warehouse, verified and logged."""
    from orchestration.retention.archive_access import restore_archive as restore

    settings = settings_of(home)
    with held_warehouse(settings, "weir restore-archive") as warehouse:
        done = restore(warehouse, settings, archive_id, reason)
    approved = ", ".join(done.approved_by)
    CONSOLE.print(f"Restored {done.row_count:,} rows to {done.relation}, approved by {approved}", markup=False)


def erase(
    load: Annotated[str | None, typer.Option(help="Load whose content goes.")] = None,
    file: Annotated[str | None, typer.Option(help="SHA-256 of the content that goes.")] = None,
    archive: Annotated[str | None, typer.Option(help="Archive whose load's content goes.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only list the contents whose retention is over.")] = False,
    reason: Annotated[Reason, typer.Option(help="Why.", case_sensitive=False)] = Reason.RETENTION,
    policy: Annotated[str | None, typer.Option(help="Rule or erasure of the retention policy.")] = None,
    plan: Annotated[
        str | None, typer.Option(help="Hash that the dry run printed, approved; without it this is the dry run.")
    ] = None,
    home: Home = None,
) -> None:
    """Delete a content with all its loads, for good: a dry run, its approval, then with --plan the delete."""
    from orchestration.retention import erasing
    from orchestration.retention.deletion_plans import due_for_deletion, sha256_of

    if not due and (sum(given is not None for given in (load, file, archive)) != 1 or policy is None):
        ERRORS.print("expected one of --load, --file, --archive, with --policy; or --due", style="red")
        raise typer.Exit(2)
    settings = settings_of(home)
    with held_warehouse(settings, "weir erase") as warehouse:
        if due:
            with warehouse.connect() as connection:
                found = due_for_deletion(connection, settings)
            for each in found:
                _print_plan(each)
            CONSOLE.print(f"{len(found)} contents are past their retention")
            return
        assert policy is not None
        content = file or sha256_of(warehouse, load, archive)
        if plan is None:
            done = erasing.dry_run(warehouse, settings, content, reason, policy)
            _print_plan(done)
            CONSOLE.print(f"Nothing was deleted. Plan {done.plan_hash}", markup=False, soft_wrap=True)
            raise typer.Exit(1 if done.kept_because else 0)
        done = erasing.erase(warehouse, settings, content, reason, policy, plan)
    CONSOLE.print(
        f"Deleted {sum(rows.row_count for rows in done.rows):,} rows of {len(done.load_ids)} loads; what was published "
        "before still shows what was made of them until `weir run` has published without",
        markup=False,
    )


def _print_plan(plan: DeletionPlan) -> None:
    rows = sum(rows.row_count for rows in plan.rows)
    CONSOLE.print(
        f"{plan.file_sha256}  {', '.join(plan.load_ids)}: {rows:,} rows, {len(plan.archive_ids)} archives, "
        f"{len(plan.files)} files ({plan.reason}, {plan.policy})",
        markup=False,
        soft_wrap=True,
    )
    for because in plan.kept_because:
        CONSOLE.print(f"  kept: {because}", markup=False, soft_wrap=True)


@holds.command()
def place(
    reason: Why,
    entity: Annotated[str | None, typer.Option(help="TYPE:ID, e.g. FUND:F1.")] = None,
    load: Annotated[str | None, typer.Option(help="Load.")] = None,
    file: Annotated[str | None, typer.Option(help="SHA-256 of a content.")] = None,
    organization: Annotated[str | None, typer.Option(help="All of an organisation; with --entity, whose.")] = None,
    until: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day.")] = None,
    home: Home = None,
) -> None:
    """Hold what an entity, a load, a content or an organisation states. Withdrawing a load stays allowed: it deletes nothing."""
    from orchestration.retention import legal_holds

    targets = {HoldScope.LOAD: load, HoldScope.FILE: file, HoldScope.ENTITY: entity}
    given = [(scope, target) for scope, target in targets.items() if target is not None]
    if not given and organization is not None:
        given, organization = [(HoldScope.ORGANIZATION, organization)], None
    if len(given) != 1 or (organization is not None and given[0][0] is not HoldScope.ENTITY):
        ERRORS.print("expected one of --entity, --load, --file, --organization", style="red")
        raise typer.Exit(2)
    ((scope, target),) = given
    kind, separator, name = target.partition(":") if scope is HoldScope.ENTITY else (None, ":", target)
    if not separator:
        ERRORS.print(f"--entity: expected TYPE:ID, found {target!r}", style="red", markup=False)
        raise typer.Exit(2)
    settings = settings_of(home)
    with held_warehouse(settings, "weir hold") as warehouse:
        placed = legal_holds.place(
            warehouse,
            settings,
            scope,
            name,
            reason,
            entity_type=kind,
            organization_id=organization,
            held_until=until.date() if until else None,
        )
    _print_hold("Placed", placed)


@holds.command()
def release(hold_id: Annotated[str, typer.Argument(help="Hold.")], reason: Why, home: Home = None) -> None:
    """Release a hold; both rows stay."""
    from orchestration.retention import legal_holds

    settings = settings_of(home)
    with held_warehouse(settings, "weir hold") as warehouse:
        _print_hold("Released", legal_holds.release(warehouse, settings, hold_id, reason))


@holds.command("list")
def list_holds(home: Home = None) -> None:
    """Holds in force."""
    from orchestration.retention.legal_holds import in_force

    with held_warehouse(settings_of(home), "weir hold") as warehouse, warehouse.connect() as connection:
        found = in_force(connection)
    for hold in found:
        _print_hold("In force:", hold)
    if not found:
        CONSOLE.print("No hold is in force.")


def _print_hold(what: str, hold: Hold) -> None:
    CONSOLE.print(f"{what} {hold}", markup=False, soft_wrap=True)
