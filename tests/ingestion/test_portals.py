"""Portal exports of both shapes: what is read, statuses, contradictions and restricted cells. Source: input-contracts 2.8, 5.6."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Extract, FileRejected
from tests.ingestion.feed_files import breaches, read_feed

HEADER = (
    "Export Date,Fund ID,Fund Name,Investor ID,Investor Name,Investor Type,Tax ID,Domicile,KYC Status,KYC Date,"
    "Subscription ID,Commitment Amount,Currency,Subscription Date,Subscription Status"
)
ELM = "2025-04-02,F1,Fund One,I1,Elm Trust,TRUST,US-123,US,APPROVED,2024-01-05,S1,1000000,USD,2024-02-01,Accepted"


def subscription(**changes: Any) -> dict[str, Any]:
    return {"id": "S1", "amount": 1000000, "currency": "USD", "date": "2024-02-01", "status": "ACCEPTED"} | changes


def investor(**changes: Any) -> dict[str, Any]:
    return {
        "id": "I1",
        "legalName": "Elm Trust",
        "type": "TRUST",
        "taxId": "US-123",
        "domicile": "US",
        "kyc": {"status": "APPROVED", "date": "2024-01-05"},
        "commitments": [subscription()],
        "documents": [{"id": "D1", "type": "SUBSCRIPTION", "status": "SIGNED"}],
    } | changes


def export(*investors: Any, **changes: Any) -> str:
    return json.dumps(
        {
            "portal": "alts",
            "exported_at": "2025-04-02T06:00:00Z",
            "fund": {"id": "F1", "name": "Fund One"},
            "investors": list(investors),
        }
        | changes
    )


def read(tmp_path: Path, content: str) -> Extract:
    return read_feed(tmp_path, content, {})[1]


def records(extract: Extract, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = extract.tables[table].to_pylist()
    return found


def business(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("_") and name != "portal"}


@pytest.mark.parametrize("content", [export(investor()), f"{HEADER}\n{ELM}\n"])
def test_both_shapes_say_the_same_in_the_same_tables(tmp_path: Path, content: str) -> None:
    feed, extract = read_feed(tmp_path, content, {})
    assert (feed.kind, feed.mode, extract.as_of, extract.rejected) == (
        "portal_export",
        "full",
        dt.date(2025, 4, 2),
        (),
    )
    (who,), (what,) = records(extract, "portal_investors"), records(extract, "portal_subscriptions")
    assert business(who) == {
        "portal_fund_id": "F1",
        "portal_fund_name": "Fund One",
        "portal_investor_id": "I1",
        "investor_name": "Elm Trust",
        "investor_type": "TRUST",
        "tax_id": "US-123",
        "jurisdiction": "US",
        "kyc_status": "APPROVED",
        "kyc_date": dt.date(2024, 1, 5),
        "export_date": dt.date(2025, 4, 2),
    }
    assert business(what) == {
        "portal_fund_id": "F1",
        "portal_investor_id": "I1",
        "subscription_id": "S1",
        "commitment_amount": Decimal(1_000_000),
        "currency": "USD",
        "subscription_date": dt.date(2024, 2, 1),
        "status": "ACTIVE",
        "export_date": dt.date(2025, 4, 2),
    }


def test_each_shape_has_its_portal(tmp_path: Path) -> None:
    contents = {"alts": export(investor()), "icapital": f"{HEADER}\n{ELM}\n"}
    for portal, content in contents.items():
        assert records(read(tmp_path, content), "portal_investors")[0]["portal"] == portal


# Input-contracts 5.6.
STATUSES = {
    "SUBMITTED": "PENDING",
    "PENDING": "PENDING",
    "ACCEPTED": "ACTIVE",
    "FUNDED": "ACTIVE",
    "ACTIVE": "ACTIVE",
    "REJECTED": "CANCELLED",
    "WITHDRAWN": "CANCELLED",
}


@pytest.mark.parametrize(("stated", "ours"), STATUSES.items())
def test_the_status_of_a_subscription_is_that_of_the_commitment_it_proposes(
    tmp_path: Path, stated: str, ours: str
) -> None:
    nested = read(tmp_path, export(investor(commitments=[subscription(status=stated.lower())])))
    flat = read(tmp_path, f"{HEADER}\n{ELM.replace('Accepted', stated)}\n")
    assert [records(extract, "portal_subscriptions")[0]["status"] for extract in (nested, flat)] == [ours, ours]


def test_an_unknown_status_is_quarantined_and_never_guessed(tmp_path: Path) -> None:
    extract = read(tmp_path, f"{HEADER}\n{ELM.replace('Accepted', 'Maybe')}\n")
    assert breaches(extract) == [(2, "O", "BAD_ENUM")]
    assert len(records(extract, "portal_investors")) == 1


def test_an_investor_is_one_row_however_many_subscriptions_repeat_it(tmp_path: Path) -> None:
    extract = read(tmp_path, f"{HEADER}\n{ELM}\n{ELM.replace('S1', 'S2')}\n")
    assert len(records(extract, "portal_investors")) == 1
    assert [row["subscription_id"] for row in records(extract, "portal_subscriptions")] == ["S1", "S2"]
    assert extract.rejected == ()
    for count in extract.row_counts:
        parts = count.rows_staged + count.rows_quarantined + count.rows_comment + count.rows_blank
        assert count.rows_in_range == parts


CONTRADICTED = [
    f"{HEADER}\n{ELM}\n{ELM.replace('S1', 'S2').replace('US-123', 'US-999')}\n{ELM.replace('I1', 'I2').replace('S1', 'S3')}\n",
    export(investor(), investor(taxId="US-999", commitments=[subscription(id="S2")]), investor(id="I2")),
]


@pytest.mark.parametrize("content", CONTRADICTED)
def test_an_investor_that_contradicts_itself_is_quarantined_with_its_subscriptions(
    tmp_path: Path, content: str
) -> None:
    extract = read(tmp_path, content)
    codes = [(row.table_name, row.reason_code) for row in extract.rejected if row.table_name != "portal_documents"]
    assert (
        sorted(codes)
        == [("portal_investors", "RULE_VIOLATION")] * 2 + [("portal_subscriptions", "PARENT_QUARANTINED")] * 2
    )
    assert [row["portal_investor_id"] for row in records(extract, "portal_investors")] == ["I2"]
    assert len(records(extract, "portal_subscriptions")) == 1
    told = next(row.message for row in extract.rejected if row.reason_code == "RULE_VIOLATION")
    assert "INVESTOR_CONTRADICTED" in told
    assert "tax" in told.lower()
    assert "US-999" not in " ".join(f"{row.message} {dict(row.payload)}" for row in extract.rejected)


@pytest.mark.parametrize(
    "content",
    [
        export(investor(legalName={"first": "Elm"})),
        export({"legalName": "Elm Trust", "taxId": "US-123"}),
        export(investor(commitments=[{"id": "S1"}])),
        export(investor(), fund="F1"),
    ],
)
def test_a_document_of_another_shape_is_refused_by_the_path_and_tells_no_tax_number(
    tmp_path: Path, content: str
) -> None:
    with pytest.raises(FileRejected) as caught:
        read(tmp_path, content)
    assert caught.value.code == "BAD_JSON_SHAPE"
    assert "US-123" not in caught.value.message


def test_a_commitment_off_its_currency_s_minor_unit_is_quarantined(tmp_path: Path) -> None:
    assert breaches(read(tmp_path, f"{HEADER}\n{ELM.replace('1000000,USD', '1000.5,JPY')}\n")) == [
        (2, "L", "PRECISION_EXCEEDED")
    ]
