"""How every picture looks and how it becomes metadata. What a picture shows belongs to the module of its subject."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

INK, PASS, FAIL = "#1b2733", "#2f6f9f", "#b3261e"
SHOWN = 12  # small multiples in one picture; more cannot be read


def markdown(figure: Figure, title: str, words: str = "") -> str:
    """The figure as Markdown with a PNG in it, above `words` that say what is left out; the figure is closed.

    One of several axes must have been laid out by then.
    """
    buffer = io.BytesIO()
    # Cutting a figure to size measures every label again, which is half of the time that one of many axes takes.
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight" if len(figure.axes) == 1 else None)
    plt.close(figure)
    image = f"![{title}](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})"
    return f"{image}\n\n{words}" if words else image


def small_multiples(names: Sequence[str], height: float = 1.7) -> tuple[Figure, dict[str, Any]]:
    """A figure with axes for each name, two a row, plainly framed on one x-axis; names are titles."""
    columns = min(2, len(names))
    rows = -(-len(names) // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(8, 0.9 + height * rows), sharex=True, squeeze=False)
    if len(names) < grid.size:
        grid[-1, -1].set_visible(False)
        # The axes above it are the last of their column.
        grid[-2, -1].xaxis.set_tick_params(labelbottom=True)
    found = dict(zip(names, grid.flat, strict=False))
    for name, axes in found.items():
        axes.set_title(name, fontsize=9, color=INK, loc="left")
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    return figure, found


def few_dates(found: dict[str, Any]) -> None:
    """Few enough dates below the axes of small multiples that none runs into the next."""
    axes = next(iter(found.values()))
    locator = AutoDateLocator(minticks=2, maxticks=5)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def first_of(names: Sequence[str], what: str) -> tuple[list[str], str]:
    """The names that are shown, and a word on the others."""
    shown = list(names[:SHOWN])
    return shown, "" if len(shown) == len(names) else f"The first {len(shown)} of {len(names)} {what}, by name."
