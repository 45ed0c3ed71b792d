"""The `weir report` commands: reports to investors on request, from what is published. Their contents are elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from orchestration.console import CONSOLE, ERRORS, Home, settings_of
from orchestration.fund_reports.captions import Templates, load_templates
from orchestration.settings import shown

app = typer.Typer(help="Reports to investors, from what is published.", no_args_is_help=True)

Fund = Annotated[str, typer.Option(help="Fund, e.g. ALDER-BUYOUT-III.")]
Quarter = Annotated[
    dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of the quarter (default: the newest).")
]
Out = Annotated[Path, typer.Option(help="File or folder to write to (default: here).")]


@app.command()
def ilpa(
    fund: Fund,
    investor: Annotated[str, typer.Option(help="Investor that it is for.")],
    quarter: Quarter = None,
    out: Out = Path(),
    home: Home = None,
) -> None:
    """Write the reporting template of one investor, with its capital account and cash flows, as an Excel workbook."""
    from orchestration.fund_reports.on_request import write_reporting

    day = quarter.date() if quarter else None
    _write(home, lambda publication, templates: write_reporting(publication, templates, fund, investor, day, out))


@app.command()
def performance(fund: Fund, quarter: Quarter = None, out: Out = Path(), home: Home = None) -> None:
    """Write the performance template of one fund, granular and gross-up, as an Excel workbook."""
    from orchestration.fund_reports.on_request import write_performance_of

    day = quarter.date() if quarter else None
    _write(home, lambda publication, templates: write_performance_of(publication, templates, fund, day, out))


@app.command()
def notice(
    fund: Fund,
    event: Annotated[str, typer.Option(help="Capital call or distribution, e.g. ALDER-BUYOUT-III-C035.")],
    investor: Annotated[str | None, typer.Option(help="Its sheet alone (default: all partners').")] = None,
    out: Out = Path(),
    home: Home = None,
) -> None:
    """Write the notices of one capital call or distribution as an Excel workbook."""
    from orchestration.fund_reports.on_request import write_notice

    _write(home, lambda publication, templates: write_notice(publication, templates, fund, event, investor, out))


def _write(home: Path | None, written: Callable[[duckdb.DuckDBPyConnection, Templates], Path]) -> None:
    from orchestration.warehouse import open_publication

    settings = settings_of(home)
    if not settings.published_link.exists():
        ERRORS.print("nothing is published yet", style="red")
        raise typer.Exit(2)
    with open_publication(settings.published_link) as publication:
        path = written(publication, load_templates(settings.report_captions))
    CONSOLE.print(f"Wrote {shown(path.absolute())}", markup=False)
