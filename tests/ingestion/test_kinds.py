"""Every kind is told by its content, and what is no kind, two kinds or not a whole file is refused.

Source: input-contracts 1.1 (table of kinds), 1.2 (limits), 1.4 (reason codes).
"""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import pytest

import ingestion.content
import ingestion.tabular
from ingestion.extract import Extract, FileRejected
from ingestion.feeds import Feed
from ingestion.inbox import scan
from ingestion.kinds import kinds
from ingestion.limits import Limits, limits
from ingestion.read import FeedDefaults, read_file

LOADED_AT = dt.datetime(2026, 3, 2, 12, 0)
FX = "base_currency,quote_currency,as_of,rate\nEUR,USD,2024-03-28,1.0811\n"


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(tmp_path: Path, content: bytes | str, sidecar: str | None = None, name: str = "f.dat") -> tuple[Feed, Extract]:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    if sidecar is not None:
        (tmp_path / f"{name}.feed.yaml").write_text(sidecar)
    (file,) = scan(tmp_path, settle_seconds=0, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).files
    return read_file(file, loaded_at=LOADED_AT, defaults=FeedDefaults())


def refusal(tmp_path: Path, content: bytes | str, sidecar: str | None = None) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(tmp_path, content, sidecar)
    assert caught.value.advice
    assert caught.value.message.endswith(f"({caught.value.code})")
    return caught.value


# --- every kind ---


def test_a_layout_that_is_not_read_yet_is_recognised_and_refused_by_its_kind(tmp_path: Path) -> None:
    rejection = refusal(tmp_path, "ktopl,saknr\n")
    assert rejection.code == "KIND_NOT_SUPPORTED"
    assert "recognised as ledger_sap (" in rejection.message
    assert rejection.feed.kind == "ledger_sap"  # type: ignore[attr-defined]


def test_every_kind_is_read() -> None:
    assert [name for name, kind in kinds().items() if not kind.is_read] == []


def test_approvals_are_of_the_day_of_their_last_action(tmp_path: Path) -> None:
    """Source: input-contracts 1.1 (as_of of a delta feed), 5.8."""
    header = "approval_id,subject_type,subject_id,content_hash,action,actor,occurred_at\n"
    row = "A{},CAPITAL_CALL,C1,{},{},alder.accountant,2025-03-0{}T09:00:00Z\n"
    feed, extract = read(
        tmp_path, header + row.format(1, "a" * 64, "REQUEST", 1) + row.format(2, "a" * 64, "REVOKE", 4)
    )
    assert (feed.kind, feed.mode, feed.as_of) == ("approvals", "delta", dt.date(2025, 3, 4))
    assert extract.tables["approvals"].column("action").to_pylist() == ["REQUEST", "REVOKE"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("fx_feed", FX),
        ("fx_feed", "Date,USD,JPY,\n2024-03-28,1.0811,163.45,\n"),
        (
            "fx_feed",
            json.dumps([{"base_currency": "EUR", "quote_currency": "USD", "as_of": "2024-03-28", "rate": 1.1}]),
        ),
        ("rate_index", "index_id,rate_date,rate\nSOFR,2024-03-28,0.0534\n"),
        ("rate_index", "Effective Date;Rate Type;Rate (%)\n03/28/2024;SOFR;5.34\n"),
        ("rate_index", "DATE,OPEN,HIGH,LOW,CLOSE,VOLUME\n20240328,5.3,5.3,5.3,5.34,0\n"),
        ("rate_index", "DATE,USD3MTD156N\n2019-10-18,1.95\n"),
        ("index_levels", "index_id,level_date,level,currency,return_type\nX,2024-03-28,1,USD,TOTAL\n"),
        ("holidays", "calendar,holiday_date,name\nUS,2024-03-29,Good Friday\n"),
    ],
)
def test_market_kinds_are_told_by_their_headers(tmp_path: Path, kind: str, content: str) -> None:
    feed, extract = read(tmp_path, content)
    assert feed.kind == extract.kind == kind
    assert feed.organization_id == "_shared"
    assert sum(table.num_rows for table in extract.tables.values()) >= 1


def test_the_header_may_stand_in_the_first_ten_rows_and_no_lower(tmp_path: Path) -> None:
    assert read(tmp_path, "preamble\n" * 9 + FX)[1].tables["fx_rates"].column("_row").to_pylist() == [11]
    assert refusal(tmp_path, "preamble\n" * 10 + FX).code == "UNKNOWN_KIND"


def test_headers_match_in_normal_form_but_a_unit_in_brackets_is_another_column(tmp_path: Path) -> None:
    spelt = FX.replace("base_currency,quote_currency,as_of,rate", "Quote Currency\u00a0,BASE-CURRENCY,As Of,Rate", 1)
    row = read(tmp_path, spelt.replace("EUR,USD", "USD,EUR"))[1].tables["fx_rates"].to_pylist()[0]
    assert (row["base_currency"], row["quote_currency"]) == ("EUR", "USD")
    assert refusal(tmp_path, FX.replace("rate", "rate (%)")).code == "UNKNOWN_KIND"


# --- as_of ---


def test_as_of_is_the_greatest_date_of_the_file_unless_declared(tmp_path: Path) -> None:
    text = FX + "EUR,USD,2024-05-02,1.07\nEUR,USD,2024-04-01,1.08\n"
    feed, _ = read(tmp_path, text)
    assert (feed.as_of, feed.as_of_basis) == (dt.date(2024, 5, 2), "content")
    feed, _ = read(tmp_path, text, "as_of: 2024-06-30\n")
    assert (feed.as_of, feed.as_of_basis) == (dt.date(2024, 6, 30), "declared")


def test_a_file_without_a_good_date_is_as_of_the_day_it_was_learned(tmp_path: Path) -> None:
    feed, _ = read(tmp_path, FX.replace("2024-03-28", "28.03.2024"))
    assert (feed.as_of, feed.as_of_basis) == (dt.date(2026, 3, 2), "known_at")


# --- refusals, one per code ---


def test_a_content_of_no_kind_is_unknown_and_the_nearest_layout_is_named(tmp_path: Path) -> None:
    rejection = refusal(tmp_path, "base_currency,quote_currency,date,rate\nEUR,USD,2024-03-28,1.08\n")
    assert rejection.code == "UNKNOWN_KIND"
    assert "nearest is fx_feed (long), of which line 1 lacks as_of" in rejection.message
    assert rejection.feed is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "content", [workbook({"Sheet1": [["a"]]}), "<html xmlns='h'><body/></html>", '{"a": 1}', "# Notes\n\nnothing\n"]
)
def test_a_workbook_xml_json_or_text_of_no_kind_is_unknown(tmp_path: Path, content: bytes | str) -> None:
    assert refusal(tmp_path, content).code == "UNKNOWN_KIND"


def test_a_content_of_two_kinds_is_ambiguous_until_one_is_declared(tmp_path: Path) -> None:
    both = workbook({"Funds": [["a"]], "Investors": [["b"]], "Projects": [["c"]]})
    rejection = refusal(tmp_path, both)
    assert rejection.code == "AMBIGUOUS_KIND"
    assert "fund_workbook, nav_workbook" in rejection.message
    assert "'Projects' row 1" in refusal(tmp_path, both, "kind: nav_workbook\n").message


def test_a_declared_kind_that_the_content_contradicts_is_refused(tmp_path: Path) -> None:
    rejection = refusal(tmp_path, FX, "kind: rate_index\n")
    assert rejection.code == "BAD_FEED"
    assert "declared is rate_index, found the content of fx_feed" in rejection.message
    assert refusal(tmp_path, "nothing\n", "kind: fund_workbook\n").code == "BAD_FEED"


def test_a_declared_kind_without_its_columns_names_the_best_row_and_what_it_lacks(tmp_path: Path) -> None:
    rejection = refusal(tmp_path, "x\nindex_id,rate_date,percent\n", "kind: rate_index\n")
    assert rejection.code == "MISSING_COLUMN"
    assert "line 2: expected the columns of rate_index (long)" in rejection.message
    assert "lack rate (" in rejection.message


def test_the_sheet_feed_declares_for_a_workbook(tmp_path: Path) -> None:
    book = workbook({"Funds": [["a"]], "Investors": [["b"]], "Feed": [["kind", "nav_workbook"], ["feed_name", "x"]]})
    assert "declared is nav_workbook, found the content of fund_workbook" in refusal(tmp_path, book).message


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \n\t\r\n"])
def test_a_file_without_content_is_empty(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content).code == "EMPTY_FILE"


@pytest.mark.parametrize(
    "content", [FX.encode("utf-16"), FX.encode("utf-16-le"), "calendar,Ort\nUS,Köln\n".encode("cp1252")]
)
def test_text_in_another_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content).code == "BAD_ENCODING"


def test_the_line_of_the_first_byte_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    rejection = refusal(tmp_path, FX.encode() + b"EUR,USD,2024-03-29,1.08\n\xe9\n")
    assert "line 4: expected UTF-8, found byte 0xe9" in rejection.message


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + FX.encode())[1].tables["fx_rates"].num_rows == 1


@pytest.mark.parametrize(
    "content",
    [
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<!DOCTYPE a SYSTEM 'file:///etc/hosts'><a/>",
        "<a",
        "<?xml version='1.0'?><?xml version='1.0'?><a/>",
    ],
)
def test_xml_with_a_document_type_or_without_form_is_bad(tmp_path: Path, content: str) -> None:
    assert refusal(tmp_path, content).code == "BAD_XML"


@pytest.mark.parametrize("content", ['{"a": 1, "a": 2}', '[{"rate": NaN}]', '{"a": ', "[1,]"])
def test_json_that_is_not_strict_is_bad(tmp_path: Path, content: str) -> None:
    assert refusal(tmp_path, content).code == "BAD_JSON"


def test_json_deeper_than_64_levels_is_too_large(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[" * 65 + "]" * 65).code == "TOO_LARGE"
    assert refusal(tmp_path, "[" * 64 + "]" * 64).code == "UNKNOWN_KIND"


def test_a_line_over_one_mebibyte_is_too_large(tmp_path: Path) -> None:
    assert refusal(tmp_path, FX + "EUR," + "x" * (1 << 20) + "\n").code == "TOO_LARGE"


def limited_to(size: int) -> Limits:
    return limits().model_copy(update={"text": limits().text.model_copy(update={"bytes": size})})


def test_a_text_over_the_limit_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingestion.content, "limits", lambda: limited_to(len(FX) - 1))
    assert refusal(tmp_path, FX).code == "TOO_LARGE"
    monkeypatch.setattr(ingestion.content, "limits", lambda: limited_to(len(FX)))
    assert read(tmp_path, FX)[1].tables["fx_rates"].num_rows == 1


def test_a_file_of_more_faults_than_anybody_reads_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = limits().model_copy(update={"text": limits().text.model_copy(update={"faults": 1})})
    monkeypatch.setattr(ingestion.tabular, "limits", lambda: most)
    wrong = "EUR,USD,2024-03-29,dear\n"
    assert read(tmp_path, FX + wrong)[1].row_counts[0].rows_quarantined == 1
    assert refusal(tmp_path, FX + wrong + wrong.replace("29", "30")).code == "TOO_LARGE"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"PK\x03\x04 cut off", "UNREADABLE_ARCHIVE"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "NOT_A_WORKBOOK")],
)
def test_what_begins_like_a_workbook_is_opened_as_one(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(tmp_path, content).code == code


def test_an_orphan_sidecar_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.csv.feed.yaml").write_text("kind: fx_feed\n")
    (file,) = scan(tmp_path, settle_seconds=0).files
    with pytest.raises(FileRejected) as caught:
        read_file(file, loaded_at=LOADED_AT, defaults=FeedDefaults())
    assert caught.value.code == "BAD_FEED"
