"""What every command shares: where it prints, the home it is given, and its settings. What a command does is its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from orchestration.settings import Settings

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
