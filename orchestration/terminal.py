"""How text fits a terminal of 80 columns: narrow tables, entries with their explanation below, plain text. What is shown is the caller's.

Nothing printed here is wider than `WIDTH`, however wide the terminal is, so that it reads alike in a log and in a mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

WIDTH = 78
GAP = 2  # blanks between columns
INDENT = 2

Entry = tuple[str, str, Sequence[str | None]]  # a mark, a name, what there is to explain


def plain(text: str) -> str:
    """The text that a terminal would show, without the codes by which another program colours it."""
    return Text.from_ansi(text).plain


def shortened(text: str, width: int) -> str:
    """`text` in at most `width` characters: a longer one keeps its beginning and, longer, its end, where files differ."""
    if len(text) <= width:
        return text
    head = (width - 1) // 3
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def print_table(
    console: Console, title: str, columns: Sequence[str], groups: Mapping[str, Sequence[Sequence[object]]]
) -> None:
    """A table whose first column holds names, shortened to fit, and whose others hold days and numbers.

    Rows stand below the name of their group; a group without a name has none. A column in which no row says anything is
    left out.
    """
    rows = [row for members in groups.values() for row in members]
    kept = [0, *(i for i in range(1, len(columns)) if any(row[i] not in (None, "") for row in rows))]
    cells = {i: [_cell(row[i]) for row in rows] for i in kept}
    widths = {i: max(len(columns[i]), *(len(cell) for cell in cells[i])) for i in kept[1:]}
    room = WIDTH - sum(widths.values()) - GAP * len(widths)
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(columns[0], no_wrap=True)
    for i in kept[1:]:
        is_number = all(isinstance(row[i], int | float) or row[i] is None for row in rows)
        table.add_column(columns[i], width=widths[i], no_wrap=True, justify="right" if is_number else "left")
    for group, members in groups.items():
        if group:
            table.add_row(Text(shortened(group, room)))
        for row in members:
            name = shortened(_cell(row[0]), room - (INDENT if group else 0))
            table.add_row(Text(" " * INDENT * bool(group) + name), *(Text(_cell(row[i])) for i in kept[1:]))
    console.print()
    console.print(Text(title, "bold"))
    console.print(table, width=WIDTH)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def print_entries(console: Console, title: str, entries: Iterable[Entry]) -> None:
    """One entry each: a line of mark and name, what there is to explain wrapped below it."""
    listed = list(entries)
    margin = max(len(mark) for mark, *_ in listed) + GAP
    console.print()
    console.print(Text(title, "bold"))
    for mark, name, explanations in listed:
        line = f"{mark:<{margin}}{shortened(name, WIDTH - INDENT - margin)}"
        console.print(Padding(Text(line), (0, 0, 0, INDENT), expand=False), width=WIDTH)
        for explanation in explanations:
            if explanation:
                print_wrapped(console, explanation, indent=2 * INDENT)


def print_wrapped(console: Console, text: str, indent: int = 0, style: str = "") -> None:
    """A text in as many lines as it needs; a word that is longer than a line is broken."""
    console.print(Padding(Text(plain(text), style, overflow="fold"), (0, 0, 0, indent), expand=False), width=WIDTH)
