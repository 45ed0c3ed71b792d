"""Check digits of securities identifiers: public examples of the standards, and that one wrong character is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.identifiers import is_cusip, is_isin, is_lei

# ISIN and CUSIP of Apple and Microsoft, ISIN of BMW; LEI from the examples of ISO 17442.
RIGHT: list[tuple[Callable[[str], bool], str]] = [
    (is_isin, "US0378331005"),
    (is_isin, "US5949181045"),
    (is_isin, "DE0005190003"),
    (is_cusip, "037833100"),
    (is_cusip, "594918104"),
    (is_lei, "529900T8BM49AURSDO55"),
    (is_lei, "54930084UKLVMY22DS16"),
]


@pytest.mark.parametrize(("is_right", "text"), RIGHT)
def test_published_identifiers_have_their_check_digit(is_right: Callable[[str], bool], text: str) -> None:
    assert is_right(text)


@given(case=st.sampled_from(RIGHT), place=st.integers(0, 19), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found(case: tuple[Callable[[str], bool], str], place: int, digit: str) -> None:
    is_right, text = case
    at = place % len(text)
    if not text[at].isdigit() or text[at] == digit:
        return
    assert not is_right(text[:at] + digit + text[at + 1 :])


@pytest.mark.parametrize(("is_right", "text"), [(is_isin, "US037833100"), (is_cusip, "37833100"), (is_lei, "")])
def test_another_length_is_no_identifier(is_right: Callable[[str], bool], text: str) -> None:
    assert not is_right(text)
