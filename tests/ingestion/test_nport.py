"""Form N-PORT filings become a filing and its holdings, as stated and with nothing invented.

Source: input-contracts 5.5; limits and values 1.2, 1.3; quarantine 1.4.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.extract import Extract, FileRejected, Scope, Severity
from ingestion.inbox import scan
from ingestion.nport import read_nport
from ingestion.read import FeedDefaults, read_file
from ingestion.units import Source

from .nport_builder import DECLARATION, filing, holding

SHA = "5" * 64
SAVED = Path(__file__).resolve().parents[3] / "shared" / "data" / "external" / "sec_nport"
saved = pytest.mark.skipif(not SAVED.exists(), reason="the saved filings are not beside the project")


def read(data: bytes, name: str = "filing.xml") -> Extract:
    return read_nport(data, Source(name, "cedar", "main", "full"), SHA)


def rows(extract: Extract, table: str = "nport_holdings") -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = extract.tables[table].to_pylist()
    return records


def only(data: bytes, name: str = "filing.xml") -> dict[str, Any]:
    (row,) = rows(read(data, name))
    return row


def codes(extract: Extract) -> list[str]:
    return [finding.code for finding in extract.findings]


def refusal(data: bytes) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(data)
    assert caught.value.message.endswith(f"({caught.value.code})")
    return caught.value


# --- header ---


def test_the_header_is_the_fund_its_days_and_its_totals() -> None:
    (row,) = rows(read(filing(holding())), "nport_filings")
    assert row["product_id"] == "NPORT-S000000001"
    assert (row["product_type"], row["currency"], row["is_unitless"]) == ("FUND", "USD", True)
    assert (row["report_date"], row["fiscal_year_end"]) == (dt.date(2024, 3, 31), dt.date(2024, 12, 31))
    assert (row["total_assets"], row["total_liabilities"], row["net_assets"]) == (10000, 500, 9500)
    assert (row["registrant_name"], row["is_final_filing"], row["holding_count"]) == ("Invented Trust", False, 1)


def test_the_day_reported_on_is_the_business_day_and_not_the_fiscal_year_end() -> None:
    assert read(filing(holding())).as_of == dt.date(2024, 3, 31)


def test_a_registrant_without_series_is_its_own_fund() -> None:
    assert only(filing(holding(), series=""))["product_id"] == "NPORT-0000000007"


def test_every_row_keeps_the_line_at_which_its_element_begins() -> None:
    extract = read(filing(holding(), holding(), before="\n \n"))
    assert [row["_row"] for row in rows(extract)] == [8, 10]
    assert rows(extract, "nport_filings")[0]["_row"] == 3
    assert [row["holding_number"] for row in rows(extract)] == [1, 2]


# --- holdings ---


def test_a_holding_is_kept_as_stated_with_percent_as_fractions() -> None:
    debt = "<debtSec><maturityDt>2028-08-01</maturityDt><couponKind>Fixed</couponKind><annualizedRt>5.000000000000</annualizedRt><isDefault>N</isDefault></debtSec>"
    row = only(filing(holding(extra=debt)))
    assert (row["balance"], row["units"], row["currency"]) == (1000, "PA", "USD")
    assert (row["value_usd"], row["net_assets_share"]) == (Decimal("1050.25"), Decimal("0.105025"))
    assert (row["payoff_profile"], row["asset_category"], row["issuer_category"]) == ("LONG", "DBT", "MUN")
    assert (row["fair_value_level"], row["is_restricted"]) == ("2", False)
    assert (row["maturity_date"], row["coupon_kind"]) == (dt.date(2028, 8, 1), "FIXED")
    assert (row["coupon_rate"], row["is_defaulted"]) == (Decimal("0.05"), False)


def test_what_is_not_applicable_or_not_there_is_null() -> None:
    row = only(filing(holding(fairValLevel="N/A", payoffProfile="N/A", without=["title"])))
    for name in ("issuer_lei", "fair_value_level", "payoff_profile", "title", "maturity_date", "exchange_rate"):
        assert row[name] is None, name


def test_an_exchange_rate_is_kept_as_stated_with_its_currency() -> None:
    foreign = "<currencyConditional curCd='EUR' exchangeRt='0.934841'/>"
    row = only(filing(holding(without=["curCd"], extra=foreign)))
    assert (row["currency"], row["exchange_rate"]) == ("EUR", Decimal("0.934841"))


def test_a_category_described_in_words_keeps_code_and_words() -> None:
    other = (
        "<assetConditional assetCat='OTHER' desc='timber'/><issuerConditional issuerCat='OTHER' desc='cooperative'/>"
    )
    row = only(filing(holding(without=["assetCat", "issuerCat"], extra=other)))
    assert (row["asset_category"], row["asset_category_description"]) == ("OTHER", "timber")
    assert (row["issuer_category"], row["issuer_category_description"]) == ("OTHER", "cooperative")


def test_the_instrument_of_a_reference_inside_a_holding_is_not_the_holding() -> None:
    nested = "<derivativeInfo><fwdDeriv derivCat='FWD'><descRefInstrmnt><identifiers><isin value='XX'/></identifiers></descRefInstrmnt></fwdDeriv></derivativeInfo>"
    row = only(filing(holding(cusip="N/A", without=["identifiers"], extra=nested)))
    assert (row["isin"], row["derivative_category"], row["instrument_id"]) == (None, "FWD", f"{SHA}-1")


def test_two_lots_of_one_security_are_two_holdings() -> None:
    assert [row["instrument_id"] for row in rows(read(filing(holding(), holding())))] == ["037833100"] * 2


ISIN = "<isin value='US0378331005'/>"
OTHER = "<other otherDesc='Internal' value='INV-1'/>"


@pytest.mark.parametrize(
    ("cusip", "identifiers", "expected"),
    [
        ("037833100", ISIN + OTHER, "037833100"),
        ("N/A", ISIN + OTHER, "US0378331005"),
        ("000000000", ISIN + OTHER, "US0378331005"),
        ("N/A", OTHER, "INV-1"),
        ("N/A", "<isin value='N/A'/>" + OTHER, "INV-1"),
        ("N/A", "<ticker value='ABC'/>", f"{SHA}-2"),
        ("037833109", ISIN, "037833109"),
    ],
)
def test_an_instrument_is_named_by_cusip_then_isin_then_other_then_its_place(
    cusip: str, identifiers: str, expected: str
) -> None:
    second = rows(read(filing(holding(), holding(cusip=cusip, identifiers=identifiers))))[1]
    assert second["instrument_id"] == expected


def test_a_file_named_by_its_accession_number_names_what_has_no_identifier() -> None:
    nameless = filing(holding(cusip="N/A", without=["identifiers"]))
    assert only(nameless, "in/0000000007-24-000123.xml")["instrument_id"] == "0000000007-24-000123-1"


def test_a_wrong_check_digit_is_noted_and_the_holding_kept() -> None:
    extract = read(filing(holding(), holding(cusip="037833109")))
    (finding,) = extract.findings
    assert (finding.code, finding.severity, finding.row) == ("BAD_IDENTIFIER", Severity.WARNING, 8)
    assert "'037833109'" in finding.message
    assert len(rows(extract)) == 2


def test_a_wrong_check_digit_of_the_fund_is_noted_too() -> None:
    named = "<seriesId>S000000001</seriesId><seriesLei>529900T8BM49AURSDO56</seriesLei>"
    extract = read(filing(holding(), series=named))
    assert codes(extract) == ["BAD_IDENTIFIER"]
    assert "LEIs" in extract.findings[0].message


# --- the document ---


@pytest.mark.parametrize("before", ["\n", " \t\r\n\n", "\ufeff\n"])
def test_white_space_before_the_declaration_is_tolerated_and_noted(before: str) -> None:
    extract = read(filing(holding(), before=before))
    assert codes(extract) == ["LEADING_WHITESPACE"]
    assert extract.findings[0].severity is Severity.INFO
    assert len(rows(extract)) == 1


@pytest.mark.parametrize("before", ["x", "\x0c", "<!-- -->"])
def test_anything_else_before_the_declaration_is_refused(before: str) -> None:
    assert refusal(filing(holding(), before=before)).code == "BAD_XML"


def test_a_document_type_is_refused_by_name() -> None:
    document = filing(holding()).replace(
        DECLARATION.encode(), DECLARATION.encode() + b"<!DOCTYPE edgarSubmission [<!ENTITY a 'b'>]>"
    )
    rejection = refusal(document)
    assert rejection.code == "BAD_XML"
    assert "found a document type" in rejection.message


def test_a_document_that_breaks_off_is_refused_with_its_line() -> None:
    whole = filing(holding(), before="\n\n")
    rejection = refusal(whole[: whole.index(b"</invstOrSec>")])
    assert rejection.code == "BAD_XML"
    assert "line 9:" in rejection.message


def test_text_in_another_encoding_is_refused_whatever_the_declaration_says() -> None:
    latin = filing(holding(name="Größe")).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert refusal(latin).code == "BAD_ENCODING"


def test_a_document_nested_beyond_reason_is_refused() -> None:
    assert refusal(filing(holding(extra="<a>" * 61 + "</a>" * 61))).code == "TOO_LARGE"


@given(damage=st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 255)), min_size=1, max_size=3))
def test_a_damaged_filing_is_read_or_refused_and_nothing_else(damage: list[tuple[int, int]]) -> None:
    data = bytearray(filing(holding(), before="\n"))
    for at, byte in damage:
        data[at % len(data)] = byte
    outcome: Extract | FileRejected
    try:
        outcome = read(bytes(data))
    except FileRejected as rejection:
        outcome = rejection
    if isinstance(outcome, FileRejected):
        assert outcome.code in {"BAD_XML", "BAD_ENCODING"}
    else:
        count = outcome.row_counts[1]
        assert count.rows_in_range == count.rows_staged + count.rows_quarantined


# --- what is wrong with rows ---


def test_a_filing_without_holdings_is_loaded_and_fails_holdings_present() -> None:
    extract = read(filing())
    (finding,) = extract.findings
    assert (finding.code, finding.severity, finding.scope) == ("HOLDINGS_PRESENT", Severity.CRITICAL, Scope.ENTITY)
    assert (finding.entity_type, finding.entity_id) == ("product", "NPORT-S000000001")
    assert len(rows(extract, "nport_filings")) == 1
    assert rows(extract) == []


def test_a_holding_that_cannot_be_read_is_quarantined_and_holds_the_fund() -> None:
    extract = read(filing(holding(), holding(valUSD="1,050.25")))
    (breach,) = extract.rejected
    assert breach.reason_code == "BAD_TYPE"
    assert breach.message.startswith("filing.xml, line 8, column 'valUSD': value usd must be a number")
    assert [(f.code, f.scope, f.entity_id) for f in extract.findings] == [
        ("BAD_TYPE", Scope.ENTITY, "NPORT-S000000001")
    ]
    (_, count) = extract.row_counts
    assert (count.rows_in_range, count.rows_staged, count.rows_quarantined) == (2, 1, 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"valUSD": ""}, "MISSING_VALUE"), ({"curCd": "QQQ"}, "CURRENCY_UNKNOWN"), ({"assetCat": "GOLD"}, "BAD_ENUM")],
)
def test_a_holding_outside_its_closed_lists_is_quarantined(changed: dict[str, str], code: str) -> None:
    assert [breach.reason_code for breach in read(filing(holding(**changed))).rejected] == [code]


def test_holdings_of_a_filing_without_its_day_are_quarantined_with_it() -> None:
    extract = read(filing(holding(), day=""))
    assert [(breach.table_name, breach.reason_code) for breach in extract.rejected] == [
        ("nport_filings", "MISSING_VALUE"),
        ("nport_holdings", "PARENT_QUARANTINED"),
    ]
    assert extract.as_of is None
    assert [(f.code, f.entity_id) for f in extract.findings] == [("MISSING_VALUE", "NPORT-S000000001")]


@given(values=st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=6), min_size=1, max_size=8))
def test_no_holding_and_no_digit_is_lost(values: list[Decimal]) -> None:
    found = rows(read(filing(*(holding(valUSD=f"{value:f}") for value in values))))
    assert [row["value_usd"] for row in found] == values


def test_an_inbox_file_is_recognised_read_and_dated(tmp_path: Path) -> None:
    (tmp_path / "f.xml").write_bytes(filing(holding(), before="\n"))
    (file,) = scan(tmp_path, settle_seconds=0, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).files
    feed, extract = read_file(file, loaded_at=dt.datetime(2026, 3, 2), defaults=FeedDefaults())
    assert (feed.kind, feed.mode, feed.as_of) == ("nport", "full", dt.date(2024, 3, 31))
    assert len(rows(extract)) == 1


# --- the saved filings ---


@saved
def test_the_saved_municipal_fund_ties_to_its_net_assets() -> None:
    """Source: input-contracts 5.5, the tie."""
    extract = read((SAVED / "NPORT.Dupree.xml").read_bytes())
    (fund,) = rows(extract, "nport_filings")
    held = pc.sum(extract.tables["nport_holdings"].column("value_usd")).as_py()
    assert (extract.as_of, len(rows(extract))) == (dt.date(2022, 12, 31), 55)
    assert held == Decimal("40455026.70")
    assert fund["total_assets"] - held == Decimal("1013969.18")
    assert fund["total_liabilities"] == Decimal("119069.87")
    assert fund["net_assets"] == Decimal("41349926.01") == fund["total_assets"] - fund["total_liabilities"]
    share = pc.sum(extract.tables["nport_holdings"].column("net_assets_share")).as_py()
    assert round(share, 6) == Decimal("0.978358")
    assert codes(extract) == ["LEADING_WHITESPACE"]
    assert extract.rejected == ()


@saved
def test_the_saved_volume_sample_is_read_whole() -> None:
    extract = read((SAVED / "nport_sample_4.xml").read_bytes())
    assert len(rows(extract)) == 3254
    assert extract.rejected == ()
    assert [row["holding_number"] for row in rows(extract)] == list(range(1, 3255))


@saved
def test_a_saved_sample_with_an_impossible_maturity_quarantines_just_that_holding() -> None:
    extract = read((SAVED / "nport_sample_3.xml").read_bytes())
    assert [breach.reason_code for breach in extract.rejected] == ["BAD_DATE"]
    assert "'2700-01-01'" in extract.rejected[0].message
