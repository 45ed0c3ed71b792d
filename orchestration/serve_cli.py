"""`weir serve`: a published folder for BI clients until it is stopped. How it is served is serving's."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from orchestration.console import CONSOLE, ERRORS, Home, settings_of

LOOKS_EVERY_SECONDS = 2.0


def serve(
    organization: Annotated[str | None, typer.Option(help="Whose folder (default: the house's own, masked).")] = None,
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 9494,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but this machine's own is open to others.")
    ] = "127.0.0.1",
    home: Home = None,
) -> None:
    """Serve a published folder read-only to DuckDB clients that show the token of WEIR_SERVE_TOKEN; Ctrl-C ends it."""
    from orchestration.serving import CannotServe, PublicationServer, serve_token

    server = PublicationServer(settings_of(home), serve_token(), organization, host, port)
    server.start()
    CONSOLE.print(f"Serving {server.served} at {server.address} (stop it with Ctrl-C)", markup=False, soft_wrap=True)
    wait = threading.Event()
    try:
        while not wait.wait(LOOKS_EVERY_SECONDS):
            if server.follow():
                CONSOLE.print(f"Serving {server.served}", markup=False, soft_wrap=True)
    except KeyboardInterrupt:
        server.stop()
    except CannotServe as error:
        ERRORS.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
