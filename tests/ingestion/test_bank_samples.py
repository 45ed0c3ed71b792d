"""What the demo's bank statements and portal exports must hold, matched with what its fund workbooks state. Source: input-contracts 6."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calculations.funds.matching.bank import match
from calculations.funds.matching.identity import (
    Basis,
    ConflictRule,
    Identities,
    Investor,
    PortalInvestor,
    PortalKey,
    identify,
)
from calculations.funds.matching.payers import KnownInvestor, Payer, find_payers
from calculations.funds.matching.records import Entry, Match, Payment, Status
from calculations.funds.matching.subscriptions import (
    Commitment,
    Outcome,
    PortalFund,
    Subscription,
    compare_subscriptions,
)
from ingestion.extract import Extract
from ingestion.feeds import Feed
from ingestion.identifiers import is_iban
from ingestion.inbox import scan
from ingestion.read import FeedDefaults, read_file
from ingestion.samples import write_demo
from ingestion.samples.demo import SEED
from ingestion.samples.funds import cash_rows, partner_rows
from ingestion.samples.funds.state import State, state
from ingestion.samples.funds.story import load_fund_story
from tests.sharing import made_once

PARTS = ("bank", "portals")
AS_OF = dt.date(2025, 3, 31)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def build(folder: Path) -> None:
        write_demo(folder, parts=PARTS)

    return made_once(tmp_path_factory, "bank", build)


@pytest.fixture(scope="module")
def extracts(inbox: Path) -> dict[str, tuple[Feed, Extract]]:
    files = scan(inbox, settle_seconds=0, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).files
    read = {file.name: read_file(file, loaded_at=dt.datetime(2026, 3, 2), defaults=FeedDefaults()) for file in files}
    return {Path(name).name: found for name, found in read.items()}


@pytest.fixture(scope="module")
def known() -> State:
    return state("alder-capital", AS_OF, load_fund_story(), SEED)


def records(extracts: dict[str, tuple[Feed, Extract]], table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _, extract in extracts.values():
        if table in extract.tables:
            found += extract.tables[table].to_pylist()
    return found


def test_the_same_seed_writes_the_same_bytes(inbox: Path, tmp_path: Path) -> None:
    again = write_demo(tmp_path, parts=PARTS)
    assert len(again) == 10  # three statements, two exports, each with its sidecar
    for path in again:
        assert path.read_bytes() == (inbox / path.relative_to(tmp_path)).read_bytes()


def test_every_file_is_read_without_a_quarantined_row(extracts: dict[str, tuple[Feed, Extract]]) -> None:
    assert {name: extract.rejected for name, (_, extract) in extracts.items()} == dict.fromkeys(extracts, ())
    assert Counter(feed.kind for feed, _ in extracts.values()) == {"bank_statement": 3, "portal_export": 2}
    assert {feed.organization_id for feed, _ in extracts.values()} == {"alder-capital"}


def test_one_quarter_comes_as_camt_and_bai2_and_another_as_csv(extracts: dict[str, tuple[Feed, Extract]]) -> None:
    statements = records(extracts, "bank_statements")
    assert {row["bank_format"] for row in statements} == {"CAMT_053", "BAI2", "CSV"}
    days: dict[str, set[tuple[int, int]]] = {}
    for row in statements:
        day = row["statement_date"]
        days.setdefault(row["bank_format"], set()).add((day.year, (day.month - 1) // 3 + 1))
    assert days["CAMT_053"] == days["BAI2"]
    assert len(days["CSV"]) == 1
    assert not days["CSV"] & days["BAI2"]
    assert all(is_iban(row["account_id"]) for row in statements if row["account_id"].startswith("DE"))


@pytest.fixture(scope="module")
def matches(extracts: dict[str, tuple[Feed, Extract]], known: State) -> list[Match]:
    investors = [
        KnownInvestor(str(row["investor_id"]), str(row["investor_name"])) for row in partner_rows.investors(known)
    ]
    owner = {str(row["commitment_id"]): str(row["investor_id"]) for row in partner_rows.commitments(known)}
    notices = [*cash_rows.call_notices(known), *cash_rows.distribution_notices(known)]
    investor_of = {row["notice_id"]: owner[str(row["commitment_id"])] for row in notices}
    payments = []
    for row in cash_rows.payments(known):
        notice = row["notice_id"] or row["distribution_notice_id"]
        payments.append(
            Payment(
                payment_id=str(row["payment_id"]),
                direction=str(row["direction"]),
                amount=Decimal(f"{row['amount']:.2f}"),
                currency=str(row["currency"]),
                value_date=row["value_date"],  # type: ignore[arg-type]
                status=str(row["status"]),
                method=str(row["method"]),
                investor_id=investor_of[notice],
                notice_id=str(notice),
                bank_reference=str(row["bank_reference"]),
                reverses_payment_id=row["reverses_payment_id"],  # type: ignore[arg-type]
            )
        )
    booked = [row for row in records(extracts, "bank_entries") if row["entry_status"] == "BOOKED"]
    payers = find_payers([Payer(row["counterparty"], row["counterparty_account"]) for row in booked], investors)
    entries = [
        Entry(
            account_id=row["account_id"],
            entry_id=row["entry_id"],
            value_date=row["value_date"],
            amount=row["amount"],
            currency=row["currency"],
            bank_reference=row["bank_reference"],
            reference=row["reference"],
            investor_id=payer,
            is_reversal=bool(row["is_reversal"]),
        )
        for row, payer in zip(booked, payers, strict=True)
    ]
    return match(entries, payments, [], AS_OF)


def test_nearly_all_entries_match_two_do_not_and_one_is_ambiguous(matches: list[Match]) -> None:
    by_entry = {(row.account_id, row.entry_id): row.status for row in matches}
    counts = Counter(by_entry.values())
    assert counts[Status.MATCHED] >= Decimal("0.95") * len(by_entry)
    assert counts[Status.UNMATCHED] >= 2
    assert counts[Status.AMBIGUOUS] == 1
    assert set(counts) == {Status.MATCHED, Status.UNMATCHED, Status.AMBIGUOUS}


def test_the_ambiguous_entry_may_be_either_of_two_payments(matches: list[Match]) -> None:
    (row,) = [row for row in matches if row.status is Status.AMBIGUOUS]
    assert len(row.candidates) == 2


def test_one_entry_is_a_reversal_and_matches_the_payment_that_reverses(
    extracts: dict[str, tuple[Feed, Extract]], matches: list[Match], known: State
) -> None:
    (reversal,) = [row for row in records(extracts, "bank_entries") if row["is_reversal"]]
    assert reversal["amount"] < 0
    (row,) = [
        row for row in matches if row.entry_id == reversal["entry_id"] and row.account_id == reversal["account_id"]
    ]
    assert row.target is not None
    (payment,) = [p for p in cash_rows.payments(known) if p["payment_id"] == row.target.id]
    assert payment["reverses_payment_id"] is not None


@pytest.fixture(scope="module")
def identities(extracts: dict[str, tuple[Feed, Extract]], known: State) -> Identities:
    portal = [
        PortalInvestor(
            PortalKey(row["portal"], row["portal_investor_id"]),
            row["investor_name"],
            row["tax_id"],
            row["jurisdiction"],
        )
        for row in records(extracts, "portal_investors")
    ]
    ours = [
        Investor(str(row["investor_id"]), str(row["investor_name"]), str(row["tax_id"]), str(row["jurisdiction"]))
        for row in partner_rows.investors(known)
    ]
    return identify(portal, ours)


def test_one_investor_of_the_portals_is_in_conflict_over_its_identity(identities: Identities) -> None:
    bases = Counter(one.basis for one in identities.found)
    assert bases[Basis.CONFLICT] == 1
    assert bases[Basis.NAME_AND_JURISDICTION] >= 1
    # Both of ours that it may be, the one of its tax number and the one of its name.
    assert [conflict.rule for conflict in identities.conflicts] == [ConflictRule.TAX_ID_AND_NAME_DISAGREE] * 2


def test_portals_agree_with_the_workbook_but_for_what_is_planted(
    extracts: dict[str, tuple[Feed, Extract]], known: State, identities: Identities
) -> None:
    subscriptions = [
        Subscription(
            PortalKey(row["portal"], row["portal_investor_id"]),
            PortalFund(row["portal_fund_id"]),
            row["subscription_id"],
            row["commitment_amount"],
            row["currency"],
            row["subscription_date"],
            row["status"],
        )
        for row in records(extracts, "portal_subscriptions")
    ]
    commitments = [
        Commitment(
            str(row["commitment_id"]),
            str(row["fund_id"]),
            str(row["investor_id"]),
            Decimal(f"{row['commitment_amount']:.2f}"),
            str(row["currency"]),
            row["commitment_date"],  # type: ignore[arg-type]
            str(row["status"]),
        )
        for row in partner_rows.commitments(known)
    ]
    funds = {str(row["fund_id"]): str(row["fund_name"]) for row in partner_rows.funds(known)}
    told = {one.key: one.investor_id for one in identities.found if one.investor_id is not None}
    compared, differences = compare_subscriptions(subscriptions, told, commitments, funds)
    counts = Counter(row.outcome for row in compared)
    assert counts[Outcome.DIFFERENT] == len(differences) == 1
    assert (differences[0].field, differences[0].decided_by) == ("amount", "FUND_WORKBOOK")
    assert counts[Outcome.AGREED] > 20
    assert set(counts) == {Outcome.AGREED, Outcome.DIFFERENT, Outcome.UNKNOWN_INVESTOR}
