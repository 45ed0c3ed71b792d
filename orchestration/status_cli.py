"""The `weir status` command: what a person types and reads, what a monitor asks. Looking at the home is done elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.console import CONSOLE, Home, settings_of


def status(
    home: Home = None,
    check: Annotated[
        bool, typer.Option(help="One line for each reason to call somebody; exit 1 when there is any.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for monitoring.")] = False,
) -> None:
    """How the home is: stages, feeds, publication, holds, alerts, response times, runs."""
    # Imported here: no other command pays for it.
    from orchestration.observing import observe
    from orchestration.status_printing import print_status

    settings = settings_of(home)
    observed = observe(settings)
    if as_json:
        typer.echo(observed.as_json())
    elif check:
        for alert in observed.reasons:
            typer.echo(f"{alert.kind}: {' '.join(f'{alert.title}. {alert.body}'.split())}")
        if not observed.reasons:
            typer.echo(observed.unread or "Healthy: nothing exceeds its limit.")
    else:
        print_status(CONSOLE, settings, observed)
    raise typer.Exit(1 if check and observed.reasons else 0)
