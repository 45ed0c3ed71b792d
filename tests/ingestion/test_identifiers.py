"""Check digits of securities identifiers: public examples of the standards, and that one wrong character is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contracts import delimited_contracts, workbook_contracts
from ingestion.identifiers import CHECKS, is_cusip, is_iban, is_isin, is_lei, is_sedol

# ISIN, CUSIP and SEDOL of Apple and Microsoft, SEDOL of BAE Systems, ISIN of BMW; LEI from the examples of ISO 17442; IBAN
# from the examples of the registry of ISO 13616.
RIGHT: list[tuple[Callable[[str], bool], str]] = [
    (is_isin, "US0378331005"),
    (is_isin, "US5949181045"),
    (is_isin, "DE0005190003"),
    (is_cusip, "037833100"),
    (is_cusip, "594918104"),
    (is_sedol, "2046251"),
    (is_sedol, "2588173"),
    (is_sedol, "0263494"),
    (is_lei, "529900T8BM49AURSDO55"),
    (is_lei, "54930084UKLVMY22DS16"),
    (is_iban, "GB82WEST12345698765432"),
    (is_iban, "DE89370400440532013000"),
    (is_iban, "FR1420041010050500013M02606"),
]


@pytest.mark.parametrize(("is_right", "text"), RIGHT)
def test_published_identifiers_have_their_check_digit(is_right: Callable[[str], bool], text: str) -> None:
    assert is_right(text)


@given(case=st.sampled_from(RIGHT), place=st.integers(0, 33), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found(case: tuple[Callable[[str], bool], str], place: int, digit: str) -> None:
    is_right, text = case
    at = place % len(text)
    if not text[at].isdigit() or text[at] == digit:
        return
    assert not is_right(text[:at] + digit + text[at + 1 :])


@pytest.mark.parametrize(
    ("is_right", "text"),
    [(is_isin, "US037833100"), (is_cusip, "37833100"), (is_lei, ""), (is_sedol, "046251"), (is_iban, "GB82")],
)
def test_another_length_is_no_identifier(is_right: Callable[[str], bool], text: str) -> None:
    assert not is_right(text)


def test_an_account_number_may_be_printed_in_groups() -> None:
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB82 WEST 1234 5698 7645 32")


def test_a_sedol_has_no_vowels() -> None:
    # B, A and 3 count 1 x 11 + 3 x 10 + 9 x 3 = 68, so that a check digit of 2 would be right.
    assert not is_sedol("BA00032")


def test_every_field_that_is_called_as_an_identifier_is_checked_as_one() -> None:
    """Source: input-contracts 1.3. N-PORT filings are left to their own reader, which checks theirs."""
    found = {
        (contract.kind, layout.name, name)
        for contract in (*workbook_contracts().values(), *delimited_contracts().values())
        for layout in getattr(contract, "sheets", ()) or getattr(contract, "layouts", ())
        for name, field in layout.fields.items()
        if name in CHECKS and field.identifier != name
    }
    assert found == set()
