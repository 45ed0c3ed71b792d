"""`weir audit`: whether the audit trail is whole, and reports of it. Writing to the trail is audit's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from orchestration.console import CONSOLE, ERRORS, Home, held_warehouse, settings_of
from orchestration.settings import shown

app = typer.Typer(help="Who did what, when and why: is the trail whole, and what does it say.", no_args_is_help=True)

SHOWN = 20
Instant = Annotated[
    dt.datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="In UTC."),
]


@app.command()
def verify(home: Home = None) -> None:
    """Look at every row: edited, removed, moved and inserted ones are named, and the exit code is 1."""
    from orchestration.audit import breaches

    settings = settings_of(home)
    with held_warehouse(settings, "weir audit verify") as warehouse:
        found, rows = breaches(warehouse, settings)
    for breach in found:
        ERRORS.print(breach.what, style="red", markup=False)
    if found:
        ERRORS.print(f"{len(found)} breaches in {rows:,} rows: the audit trail is not as it was written", style="red")
        raise typer.Exit(1)
    CONSOLE.print(f"{rows:,} rows, each sealed over the one before: the audit trail is whole")


@app.command()
def report(
    entity: Annotated[str | None, typer.Option(help="TYPE or TYPE:ID, e.g. capital_call:CC-7.")] = None,
    actor: Annotated[str | None, typer.Option(help="Who acted.")] = None,
    action: Annotated[str | None, typer.Option(help="What was done, e.g. APPROVAL.")] = None,
    organization: Annotated[str | None, typer.Option(help="Whose data.")] = None,
    since: Instant = None,
    until: Instant = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write, .xlsx or .parquet (default: print the last rows).")
    ] = (None),
    home: Home = None,
) -> None:
    """Print rows of the trail, or write them as Excel or Parquet; the report is itself a row of the trail."""
    from orchestration.audit import COMMAND_LINE, AuditEntry, command_actor, write
    from orchestration.audit_reports import Wanted, entries, write_report

    settings = settings_of(home)
    kind, _, name = (entity or "").partition(":")
    wanted = Wanted(kind or None, name or None, actor, action, organization, since, until)
    with held_warehouse(settings, "weir audit report") as warehouse:
        found = entries(warehouse, wanted)
        if out is not None:
            try:
                write_report(found, out)
            except (ValueError, OSError) as error:
                ERRORS.print(str(error), style="red", markup=False)
                raise typer.Exit(2) from None
        exported = AuditEntry(
            "EXPORT",
            "audit_trail",
            out.name if out else "terminal",
            actor=command_actor(settings),
            source=COMMAND_LINE,
            reason=f"{found.num_rows} rows",
        )
        write(warehouse, settings, [exported])
    if out is not None:
        CONSOLE.print(f"Wrote {shown(out.absolute())}: {found.num_rows:,} rows", markup=False)
        return
    for row in found.slice(max(found.num_rows - SHOWN, 0)).to_pylist():
        reason = f" ({row['reason']})" if row["reason"] else ""
        said = (
            f"{row['entry_number']:>6}  {row['recorded_at']:%Y-%m-%d %H:%M:%S}  {row['actor']}  {row['action']}  "
            f"{row['entity_type']} {row['entity_id']}: {row['outcome']}{reason}"
        )
        CONSOLE.print(said, markup=False, soft_wrap=True)
    if found.num_rows > SHOWN:
        CONSOLE.print(f"The last {SHOWN} of {found.num_rows:,} rows; --out FILE.xlsx writes all.")
