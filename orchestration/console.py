"""What every command shares: where it prints, the home it is given, its settings and warehouse. What a command does is its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer
from pydantic import ValidationError
from rich.console import Console
from typer.core import TyperGroup

from orchestration.errors import Refused
from orchestration.home import refuse_half_restored
from orchestration.run_lock import hold_warehouse
from orchestration.settings import Settings, shown
from orchestration.warehouse import Warehouse, unreadable

CONSOLE = Console(highlight=False)
ERRORS = Console(stderr=True, highlight=False)

Home = Annotated[Path | None, typer.Option(help="Where Weir keeps everything (default: WEIR_HOME, else ./var).")]


def settings_of(home: Path | None, inbox: Path | None = None) -> Settings:
    """The settings with what was typed laid over them; a wrong one is named, and the command ends with exit code 2."""
    given = {name: value for name, value in (("home", home), ("inbox", inbox)) if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        for problem in error.errors():
            name = "WEIR_" + "_".join(str(part) for part in problem["loc"]).upper()
            ERRORS.print(f"{name}: {problem['msg']}, found {problem['input']!r}", style="red", markup=False)
        raise typer.Exit(2) from None


class Commands(TyperGroup):
    """Commands that end with a sentence, not a trace, where a person can put right what is wrong."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refused:
            message, exit_code = str(refused), refused.exit_code
        except FileExistsError as there:
            message, exit_code = str(there), 2
        except duckdb.IOException as failed:
            message, exit_code = unreadable(failed), 1
        except OSError as failed:  # a disk that is full or read-only
            message, exit_code = str(failed), 1
        ERRORS.print(message, style="red", markup=False, soft_wrap=True)
        raise typer.Exit(exit_code)


@contextmanager
def held_warehouse(settings: Settings, what: str) -> Iterator[Warehouse]:
    """The home's warehouse while command `what` holds it; without one the command ends with exit code 2."""
    if not settings.warehouse_path.exists():
        ERRORS.print(f"{shown(settings.home)} holds no warehouse yet: `weir run` makes one", style="red", markup=False)
        raise typer.Exit(2)
    with hold_warehouse(settings.lock_path, what, settings.lock_timeout_seconds):
        refuse_half_restored(settings)
        warehouse = Warehouse(settings.warehouse_path)
        warehouse.create_tables()
        yield warehouse
