"""The tables of the senders' README against what the code and its lists say. Its prose is not tested."""

from __future__ import annotations

from pathlib import Path

import ingestion
from ingestion.feeds import FEED_KEYS
from ingestion.kinds import kinds
from ingestion.reasons import reasons

README = Path(ingestion.__file__).parent / "README.md"
BEGIN, END = "<!-- reasons: begin -->\n", "<!-- reasons: end -->"


def reasons_table() -> str:
    rows = [
        f"| `{reason.code}` | {', '.join(reason.levels)} | {reason.meaning} | {reason.advice} |"
        for reason in reasons().values()
    ]
    return "\n".join(["| code | stops | meaning | what to do |", "|---|---|---|---|", *rows, ""])


def table_of(heading: str) -> list[list[str]]:
    """Cells of the rows of the first table below a heading."""
    section = README.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_reason_code_stands_in_the_readme_as_the_list_explains_it() -> None:
    text = README.read_text(encoding="utf-8")
    found = text.split(BEGIN)[1].split(END)[0]
    assert found == reasons_table(), f"replace the table in {README.name} by:\n{reasons_table()}"


def test_every_kind_stands_in_the_readme_with_its_mode_and_whether_it_is_read() -> None:
    stated = {cells[0].strip("`"): (cells[-2], cells[-1]) for cells in table_of("Kinds")}
    assert stated == {name: (kind.mode, "yes" if kind.is_read else "no") for name, kind in kinds().items()}


def test_every_key_of_a_feed_stands_in_the_readme() -> None:
    assert [cells[0].strip("`") for cells in table_of("Feeds")] == list(FEED_KEYS)
