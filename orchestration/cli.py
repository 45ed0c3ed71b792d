"""The `weir` command: what a person types and reads. The work itself is done elsewhere."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration import (
    approval_cli,
    audit_cli,
    backup_cli,
    docs_cli,
    events_cli,
    nav_cli,
    reconcile_cli,
    report_cli,
    retention_cli,
    serve_cli,
    status_cli,
)
from orchestration.console import CONSOLE, ERRORS, Commands, Home, held_warehouse, settings_of
from orchestration.settings import PROJECT, Settings, shown

app = typer.Typer(
    cls=Commands,
    help="Weir: workbooks in, a checked and traceable warehouse out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(approval_cli.app, name="approve")
app.add_typer(nav_cli.app, name="nav")
app.add_typer(audit_cli.app, name="audit")
app.add_typer(report_cli.app, name="report")
app.command()(events_cli.events)
app.command()(serve_cli.serve)
backup_cli.register(app)
app.command()(status_cli.status)
app.command()(docs_cli.docs_quality)
app.add_typer(retention_cli.holds, name="hold")
for command in (retention_cli.archive, retention_cli.read_archive, retention_cli.restore_archive, retention_cli.erase):
    app.command()(command)
app.command()(reconcile_cli.reconcile)


class PackKind(StrEnum):
    CASH_FLOWS = "cash-flows"
    COMPLIANCE = "compliance"


Inbox = Annotated[Path | None, typer.Option(help="Folder to take files from (default: <home>/inbox).")]


@app.command()
def run(
    home: Home = None,
    inbox: Inbox = None,
    demo_if_empty: Annotated[bool, typer.Option(help="Fill an empty inbox with the demo.")] = False,
    strict: Annotated[bool, typer.Option(help="Exit 1 when anything is held, refused or quarantined.")] = False,
    as_known_at: Annotated[
        str | None, typer.Option(help="Publish what was known at this instant (ISO 8601, UTC), beside the home.")
    ] = None,
) -> None:
    """Take in the inbox, recompute what it touches, check it, publish it."""
    from orchestration.running import run as run_once
    from orchestration.running import run_as_known_at
    from orchestration.status import print_run

    settings = settings_of(home, inbox)
    if demo_if_empty:
        _write_demo_if_empty(settings)

    def say(line: str) -> None:
        CONSOLE.print(f"[bold]{line}[/]")

    if as_known_at is not None:
        settings, report = run_as_known_at(settings, _instant(as_known_at), say)
    else:
        report = run_once(settings, say)
    clean = print_run(CONSOLE, settings, report)
    if report.failure is not None or report.published is None:
        raise typer.Exit(1)
    raise typer.Exit(1 if strict and not clean else 0)


def _instant(text: str) -> dt.datetime:
    """UTC without a zone; an instant that names none is in UTC."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        ERRORS.print(f"--as-known-at: expected an instant such as 2024-10-20T09:00:00Z, found {text!r}", style="red")
        raise typer.Exit(2) from None
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _write_demo_if_empty(settings: Settings) -> None:
    inbox = settings.inbox_path
    if inbox.exists() and any(path.is_file() for path in inbox.rglob("*")):
        return
    from ingestion.samples import write_demo

    CONSOLE.print(f"The inbox is empty: writing the demo to {shown(inbox)}")
    write_demo(inbox)


@app.command()
def ui(home: Home = None, port: Annotated[int, typer.Option(help="Port on localhost.")] = 3000) -> None:
    """Open the Dagster UI, with its daemon, on localhost."""
    from orchestration.home import prepare_home

    settings = settings_of(home)
    prepare_home(settings)
    environment = os.environ | {"WEIR_HOME": str(settings.home)}
    command = [str(Path(sys.executable).parent / "dagster"), "dev", "--host", "127.0.0.1", "--port", str(port)]
    CONSOLE.print(f"Dagster on http://127.0.0.1:{port} (stop it with Ctrl-C)")
    raise typer.Exit(subprocess.call([*command, "-m", "orchestration.definitions"], env=environment, cwd=PROJECT))


@app.command()
def rollback(
    home: Home = None,
    to: Annotated[str | None, typer.Option(help="Publication to point to (default: the one before).")] = None,
) -> None:
    """Point `published` back to an earlier publication; nothing is recomputed or removed."""
    from orchestration.rolling_back import roll_back as point_back

    settings = settings_of(home)
    with held_warehouse(settings, "weir rollback") as warehouse:
        done = point_back(warehouse, settings, to)
    CONSOLE.print(f"published points to {done.publication_id} (was {done.former}), after {done.seconds:.1f} s")


@app.command()
def withdraw(
    load: Annotated[str, typer.Argument(help="Load, as raw.loads names it, or a file: its newest load in force.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    recompute: Annotated[bool, typer.Option(help="Recompute and publish what it touched at once.")] = True,
    home: Home = None,
) -> None:
    """Withdraw one load of a feed: its rows stay, the feed's state is as if it had not come; then recompute and publish."""
    from orchestration.running import run as run_once
    from orchestration.status import print_run
    from orchestration.withdrawing import withdraw as withdraw_load

    settings = settings_of(home)
    with held_warehouse(settings, "weir withdraw") as warehouse:
        done = withdraw_load(warehouse, settings, load, reason)
    CONSOLE.print(f"Withdrew {done.load_id} ({done.file_name}, {done.rows:,} rows): {done.then}", markup=False)
    if not recompute:
        CONSOLE.print("`weir run` recomputes what it touched")
        return
    report = run_once(settings, lambda line: CONSOLE.print(f"[bold]{line}[/]"))
    print_run(CONSOLE, settings, report)
    if report.failure is not None or report.published is None:
        raise typer.Exit(1)


@app.command()
def template(
    kind: Annotated[str, typer.Argument(help="Kind of workbook, e.g. fund.")],
    out: Annotated[Path | None, typer.Option(help="File to write (default: <kind>_workbook.xlsx here).")] = None,
) -> None:
    """Write an empty workbook with headers, comments and drop-downs, ready to be filled in."""
    from ingestion.template import kinds_with_template, write_template

    if kind not in kinds_with_template():
        ERRORS.print(f"there is a template for {', '.join(kinds_with_template())}, found {kind!r}", style="red")
        raise typer.Exit(2)
    path = write_template(kind, out or Path(f"{kind}_workbook.xlsx"))
    CONSOLE.print(f"Wrote {shown(path.absolute())}: fill it in and drop it into the inbox.")


@app.command()
def pack(
    deal_id: Annotated[str, typer.Argument(help="Deal, e.g. MAG17.")],
    kind: Annotated[PackKind, typer.Option(help="Its projected cash flows, or its tests, trades and assets.")] = (
        PackKind.CASH_FLOWS
    ),
    scenario: Annotated[str, typer.Option(help="Scenario whose rows are written.")] = "base",
    payment_date: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day of the note valuation report (default: the next payment date)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write (default: <deal>_<date>_<scenario or compliance>.xlsx here).")
    ] = None,
    organization: Annotated[str | None, typer.Option(help="Whose deal, where two have one of that name.")] = None,
    home: Home = None,
) -> None:
    """Write a deal's published projection, or its compliance tests and trades, as an Excel workbook."""
    from orchestration.pack import write_compliance_pack, write_pack

    if kind is PackKind.COMPLIANCE:
        written = write_compliance_pack(settings_of(home), deal_id, out=out, organization_id=organization)
    else:
        written = write_pack(
            settings_of(home),
            deal_id,
            scenario,
            payment_date=payment_date.date() if payment_date else None,
            out=out,
            organization_id=organization,
        )
    CONSOLE.print(f"Wrote {shown(written.path.absolute())} from publication {written.publication_id}:", markup=False)
    for name, rows in written.rows.items():
        CONSOLE.print(f"  {name:<22}{rows:>8,} rows", markup=False)


@app.command()
def trace(
    column: Annotated[str, typer.Argument(help="Published number, as TABLE.COLUMN, e.g. fact_oc_tests.ratio.")],
    keys: Annotated[list[str] | None, typer.Argument(help="Which row, as KEY=VALUE ...")] = None,
    home: Home = None,
    rows: Annotated[int, typer.Option(help="Source rows shown of each input.")] = 10,
) -> None:
    """Print the chain from one published number back to files, sheets and cells."""
    from orchestration.trace_printing import print_trace

    print_trace(CONSOLE, settings_of(home), column, keys or [], rows)


if __name__ == "__main__":
    app()
