"""Check digits of ISIN and CUSIP. Expected: identifiers as their exchanges publish them, and what the two sums detect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.identifiers import is_cusip, is_isin

ISINS = ["US0378331005", "GB0002634946", "AU0000XVGZA3", "US38259P5089"]
CUSIPS = ["037833100", "17275R102", "38259P508", "594918104"]


@pytest.mark.parametrize("isin", ISINS)
def test_published_isins_have_the_right_digit(isin: str) -> None:
    assert is_isin(isin)


@pytest.mark.parametrize("cusip", CUSIPS)
def test_published_cusips_have_the_right_digit(cusip: str) -> None:
    assert is_cusip(cusip)


@given(st.sampled_from(ISINS), st.integers(2, 11), st.sampled_from("0123456789"))
def test_one_wrong_figure_of_an_isin_is_found(isin: str, place: int, figure: str) -> None:
    if isin[place].isdigit() and isin[place] != figure:
        assert not is_isin(isin[:place] + figure + isin[place + 1 :])


@given(st.sampled_from(CUSIPS), st.integers(0, 8), st.sampled_from("0123456789"))
def test_one_wrong_figure_of_a_cusip_is_found(cusip: str, place: int, figure: str) -> None:
    if cusip[place].isdigit() and cusip[place] != figure:
        assert not is_cusip(cusip[:place] + figure + cusip[place + 1 :])


@pytest.mark.parametrize("text", ["", "US037833100", "us0378331005", "0378331005US", "US03783310055", "US-378331005"])
def test_what_has_not_the_form_is_none(text: str) -> None:
    assert not is_isin(text)
    assert not is_cusip(text)
