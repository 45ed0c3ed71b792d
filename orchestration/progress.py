"""Shows a run to a person as it goes: one line a finished step, warnings as they come. Dagster keeps the full log."""

from __future__ import annotations

import logging
import time

import dagster as dg
from rich.console import Console

from orchestration.terminal import plain

CONSOLE = Console(stderr=True, highlight=False)
# What dagster-dbt says of the commands it runs; dbt's own log has it all.
NOISE = ("A dbt subsetted", "Running dbt command", "Finished dbt command", "Logging an `AssetObservation`")


class ProgressHandler(logging.Handler):
    """Turns Dagster's event log into progress lines."""

    def __init__(self) -> None:
        super().__init__()
        self.started: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", None) or {}
        event = meta.get("dagster_event")
        if event is None:
            message = plain(str(meta.get("orig_message") or record.getMessage())).strip()
            if record.levelno >= logging.INFO and message and not message.startswith(NOISE):
                style = "yellow" if record.levelno >= logging.WARNING else "dim"
                CONSOLE.print(f"    {message}", style=style, markup=False, soft_wrap=True)
            return
        kind = event.event_type_value
        if kind == "STEP_START":
            self.started[event.step_key] = time.monotonic()
        elif kind in ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"):
            took = time.monotonic() - self.started.get(event.step_key, time.monotonic())
            mark = {
                "STEP_SUCCESS": "[green]done[/]",
                "STEP_FAILURE": "[red]failed[/]",
                "STEP_SKIPPED": "[yellow]skipped[/]",
            }
            # A check that passes at once is no news.
            if kind != "STEP_SUCCESS" or took >= 1:
                CONSOLE.print(f"  {mark[kind]} {event.step_key} [dim]{took:.1f} s[/]")


@dg.logger(None, "Progress lines for a person at a terminal.")
def progress_logger(context: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.Logger("weir.progress", level=logging.DEBUG)
    logger.addHandler(ProgressHandler())
    return logger
