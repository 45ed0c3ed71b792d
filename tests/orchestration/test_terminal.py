"""What is printed fits a terminal of 80 columns and stays readable: names keep both ends, numbers stand in narrow columns."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from orchestration.terminal import WIDTH, plain, print_entries, print_table, print_wrapped, shortened


def lines_of(print_to: object, *arguments: object) -> list[str]:
    text = io.StringIO()
    print_to(Console(file=text, width=200), *arguments)  # type: ignore[operator]
    return text.getvalue().splitlines()


WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=120)


@given(text=WORDS, width=st.integers(10, 78))
def test_a_shortened_text_fits_and_keeps_its_beginning_and_its_end(text: str, width: int) -> None:
    short = shortened(text, width)
    assert len(short) == min(len(text), width)
    head, mark, tail = short.partition("…")
    assert text.startswith(head)
    assert text.endswith(tail)
    assert bool(mark) == (len(text) > width)


def test_a_long_path_keeps_the_name_of_its_file() -> None:
    path = "backload/birch-credit/quarterly-reports/clo_workbook_2016-09-23_restated.xlsx"
    assert shortened(path, 50) == "backload/birch-c…o_workbook_2016-09-23_restated.xlsx"[:16] + "…" + path[-33:]


@given(
    groups=st.dictionaries(WORDS, st.lists(st.tuples(WORDS, st.integers(0, 10**9), st.integers(0, 99)), max_size=3)),
)
def test_no_line_of_a_table_is_wider_than_the_page(groups: dict[str, list[tuple[object, ...]]]) -> None:
    lines = lines_of(print_table, "Files", ("files taken in", "rows", "quarantined"), groups)
    assert max(map(len, lines)) <= WIDTH
    # One line a row: nothing wraps. A blank line, the title and the header come first.
    assert len(lines) == 3 + len(groups) + sum(map(len, groups.values()))


def test_numbers_have_separators_and_a_column_without_news_is_left_out() -> None:
    lines = lines_of(
        print_table, "Files", ("feed", "rows", "quarantined"), {"cedar": [("nav_workbook", 46_000, None)], "": []}
    )
    assert [line.split() for line in lines if line] == [
        ["Files"],
        ["feed", "rows"],
        ["cedar"],
        ["nav_workbook", "46,000"],
    ]


@given(
    entries=st.lists(st.tuples(st.sampled_from(["held", "rejected"]), WORDS, st.tuples(WORDS)), min_size=1, max_size=3)
)
def test_no_line_of_an_entry_is_wider_than_the_page_and_nothing_of_its_explanation_is_lost(
    entries: list[tuple[str, str, tuple[str, ...]]],
) -> None:
    lines = lines_of(print_entries, "Held", entries)
    assert max(map(len, lines)) <= WIDTH
    printed = "".join("".join(line.split()) for line in lines)
    assert all(explanation in printed for *_, (explanation,) in entries)


def test_the_colours_of_another_program_are_not_printed() -> None:
    coloured = "\x1b[31mDatabase Error\x1b[0m in model \x1b[1mfact_x\x1b[0m\n  no such column"
    assert plain(coloured) == "Database Error in model fact_x\n  no such column"
    assert [line.rstrip() for line in lines_of(print_wrapped, coloured)] == plain(coloured).splitlines()
