"""BAI2 files: types, implied decimals, continuations and the sums and counts of trailers. Source: input-contracts 5.5."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.bank.bai2 import read_bai2
from ingestion.extract import Extract, FileRejected
from tests.ingestion.feed_files import breaches, read_feed

# 010 opening 1,000.00 + 250.00 - 100.50 = 015 closing 1,149.50; control totals add every amount as it is printed.
GOOD = """01,BANK,FUND,250401,0600,1,,,2/
02,FUND,BANK,1,250331,,USD,2/
03,4711,USD,010,100000,,,015,114950,,/
16,165,25000,0,BR1,CALL-4,CAPITAL CALL 4, PART ONE
88,OF ELM TRUST/
16,475,10050,V,250401,,,,CHECK 9/
49,250000,5/
98,250000,1,7/
99,250000,1,9/
"""


def read(tmp_path: Path, text: str) -> Extract:
    return read_feed(tmp_path, text, {})[1]


def records(extract: Extract, table: str = "bank_entries") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = extract.tables[table].to_pylist()
    return found


def refusal(text: str) -> str:
    with pytest.raises(FileRejected) as caught:
        read_bai2(text, "b.bai")
    assert caught.value.code == "CONTROL_TOTAL"
    return caught.value.message


def test_types_from_100_are_credits_and_from_400_debits(tmp_path: Path) -> None:
    credit, debit = records(read(tmp_path, GOOD))
    assert (credit["amount"], debit["amount"]) == (Decimal("250.00"), Decimal("-100.50"))
    assert (credit["reference"], credit["bank_reference"], credit["entry_id"]) == ("CALL-4", "BR1", "BR1")


def test_a_text_keeps_its_commas_and_goes_on_in_88(tmp_path: Path) -> None:
    assert [row["remittance"] for row in records(read(tmp_path, GOOD))] == [
        "CAPITAL CALL 4, PART ONE OF ELM TRUST",
        "CHECK 9",
    ]


def test_an_entry_without_reference_is_named_by_its_day_and_place(tmp_path: Path) -> None:
    assert records(read(tmp_path, GOOD))[1]["entry_id"] == "2025-03-31/2"


def test_a_valued_entry_has_the_day_of_its_availability_and_others_that_of_the_group(tmp_path: Path) -> None:
    found = [(row["booked_date"], row["value_date"]) for row in records(read(tmp_path, GOOD))]
    assert found == [
        (dt.date(2025, 3, 31), dt.date(2025, 3, 31)),
        (dt.date(2025, 3, 31), dt.date(2025, 4, 1)),
    ]


def test_balances_are_those_of_types_010_and_015(tmp_path: Path) -> None:
    extract = read(tmp_path, GOOD)
    (row,) = records(extract, "bank_statements")
    assert (row["opening_balance"], row["closing_balance"]) == (Decimal("1000.00"), Decimal("1149.50"))
    assert (row["bank_format"], row["statement_date"], extract.as_of) == (
        "BAI2",
        dt.date(2025, 3, 31),
        dt.date(2025, 3, 31),
    )


@pytest.mark.parametrize(("currency", "amount"), [("USD", "250"), ("JPY", "25000"), ("KWD", "25")])
def test_the_currency_implies_the_decimals_of_amounts(tmp_path: Path, currency: str, amount: str) -> None:
    text = GOOD.replace("4711,USD", f"4711,{currency}")
    assert records(read(tmp_path, text))[0]["amount"] == Decimal(amount)


def test_a_funds_type_takes_the_fields_that_belong_to_it_along(tmp_path: Path) -> None:
    for funds in ("S,5000,10000,10000", "D,2,0,5000,1,20000", "Z"):
        credit = records(read(tmp_path, GOOD.replace("25000,0,BR1", f"25000,{funds},BR1")))[0]
        assert (credit["bank_reference"], credit["reference"]) == ("BR1", "CALL-4")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "49,250000,5/",
            "49,250001,5/",
            "control total of account ending 11 must be '250001', as the file states, found 250000",
        ),
        ("49,250000,5/", "49,250000,6/", "records of account ending 11"),
        ("98,250000,1,7/", "98,250000,2,7/", "accounts of the group"),
        ("98,250000,1,7/", "98,250000,1,8/", "records of the group"),
        ("98,250000,1,7/", "98,1,1,7/", "control total of the group"),
        ("99,250000,1,9/", "99,250000,2,9/", "groups of the file"),
        ("99,250000,1,9/", "99,250000,1,8/", "records of the file"),
        ("99,250000,1,9/\n", "", "found no 99"),
        ("49,250000,5/\n", "", "98 inside 03"),
        ("16,165,25000", "16,165,25001", "control total of account ending 11"),
    ],
)
def test_a_trailer_that_is_not_borne_out_refuses_the_file(old: str, new: str, told: str) -> None:
    assert told in refusal(GOOD.replace(old, new))


def test_balances_that_do_not_meet_refuse_the_file(tmp_path: Path) -> None:
    # Another closing balance, with trailers that add it up.
    text = GOOD.replace("114950", "114951").replace("250000", "250001")
    with pytest.raises(FileRejected, match=r"1,149\.5100.*1,149\.5000.*CONTROL_TOTAL"):
        read(tmp_path, text)


def test_a_type_that_is_neither_credit_nor_debit_is_quarantined(tmp_path: Path) -> None:
    text = GOOD.replace("16,475,10050", "16,900,10050").replace("015,114950", "015,125000").replace("250000", "260050")
    extract = read(tmp_path, text)
    assert [code for _, _, code in breaches(extract)] == ["BAD_TYPE"]
    assert len(records(extract)) == 1


def test_a_deleting_group_takes_its_entries_back_and_a_test_group_says_nothing(tmp_path: Path) -> None:
    deleted = read(tmp_path, GOOD.replace("BANK,1,250331", "BANK,2,250331"))
    assert {row["row_action"] for row in records(deleted)} == {"delete"}
    assert read_bai2(GOOD.replace("BANK,1,250331", "BANK,4,250331"), "b.bai") == []


amounts = st.lists(st.tuples(st.sampled_from([142, 195, 399, 401, 495, 699]), st.integers(0, 10**9)), max_size=6)


@given(stated=amounts, opening=st.integers(-(10**9), 10**9), altered=st.integers(1, 1000))
def test_every_file_that_adds_up_is_read_and_none_with_an_altered_total(
    stated: list[tuple[int, int]], opening: int, altered: int
) -> None:
    closing = opening + sum(amount if kind < 400 else -amount for kind, amount in stated)
    total = opening + closing + sum(amount for _, amount in stated)
    entries = "".join(f"16,{kind},{amount},Z,R{n},,/\n" for n, (kind, amount) in enumerate(stated))
    count = len(stated)

    def file(control: int) -> str:
        return (
            f"01,B,F,250401,,1,,,2/\n02,F,B,1,250331,,USD,/\n03,9,,010,{opening},,,015,{closing},,/\n{entries}"
            f"49,{control},{count + 2}/\n98,{control},1,{count + 4}/\n99,{control},1,{count + 6}/\n"
        )

    (statement,) = read_bai2(file(total), "b.bai")
    found = [Decimal(entry.values["amount"]) for entry in statement.entries]
    assert sum(found) == Decimal(closing - opening).scaleb(-2)
    assert "control total" in refusal(file(total + altered))
