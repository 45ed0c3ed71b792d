"""What the ledgers of the demo funds must hold: they are read whole, balance, and tie to the capital accounts. The reader is tested elsewhere."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Extract
from ingestion.inbox import scan
from ingestion.read import FeedDefaults, read_file
from ingestion.samples import write_demo
from ingestion.samples.funds import asset_rows, gl_rows, partner_rows
from ingestion.samples.funds.cents import rounded
from ingestion.samples.funds.state import State, state
from ingestion.samples.funds.story import load_fund_story
from ingestion.samples.ledgers.journals import Journal, Leg

SEED = 20160323
YEAR_START, YEAR_END = dt.date(2024, 4, 1), dt.date(2025, 3, 31)
QUARTER_ENDS = (dt.date(2024, 6, 30), dt.date(2024, 9, 30), dt.date(2024, 12, 31), YEAR_END)
LOADED = dt.datetime(2026, 3, 2)
ORGANIZATIONS = ("alder-capital", "birch-credit", "cedar-assets")


@dataclass(frozen=True)
class Ledgers:
    files: list[Path]
    extracts: dict[tuple[str, str], Extract]  # by organisation and entity

    def rows(self, key: tuple[str, str], table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.extracts[key].tables[table].to_pylist()
        return rows


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Ledgers:
    inbox = tmp_path_factory.mktemp("inbox")
    files = write_demo(inbox, parts=("ledger",), seed=SEED)
    extracts = {}
    for file in scan(inbox, settle_seconds=0).files:
        feed, extract = read_file(file, loaded_at=LOADED, defaults=FeedDefaults())
        extracts[feed.organization_id, extract.tables["gl_reports"]["entity"][0].as_py()] = extract
    return Ledgers(files, extracts)


@pytest.fixture(scope="module")
def states() -> list[State]:
    return [state(organization, YEAR_END, load_fund_story(), SEED) for organization in ORGANIZATIONS]


def _exact(amount: Any) -> Decimal:
    return Decimal(rounded(float(amount) * 100)) / 100


def _balance_on(ledgers: Ledgers, key: tuple[str, str], types: tuple[str, ...], day: dt.date) -> Decimal:
    opened = [row["opening_balance"] for row in ledgers.rows(key, "gl_report_balances") if row["account_type"] in types]
    moved = [
        (row["debit"] or Decimal(0)) - (row["credit"] or Decimal(0))
        for row in ledgers.rows(key, "gl_entries")
        if row["account_type"] in types and row["posting_date"] <= day
    ]
    return sum(opened, Decimal(0)) + sum(moved, Decimal(0))


def test_each_fund_has_one_ledger_under_its_own_name(ledgers: Ledgers, states: list[State]) -> None:
    funds = {(item.organization_id, str(row["fund_name"])) for item in states for row in partner_rows.funds(item)}
    assert set(ledgers.extracts) == funds
    assert len(funds) == 6  # input-contracts 6, Funds


def test_ledgers_are_read_without_a_finding(ledgers: Ledgers) -> None:
    for extract in ledgers.extracts.values():
        assert extract.kind == "ledger_quickbooks"
        assert extract.as_of == YEAR_END
        assert not extract.findings
        assert sum(count.rows_quarantined for count in extract.row_counts) == 0


def test_debits_equal_credits_in_every_journal(ledgers: Ledgers) -> None:
    for key in ledgers.extracts:
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for row in ledgers.rows(key, "gl_entries"):
            totals[row["journal_id"]] += (row["debit"] or 0) - (row["credit"] or 0)
        assert set(totals.values()) == {Decimal(0)}


def test_opening_balances_of_all_accounts_balance(ledgers: Ledgers) -> None:
    for key in ledgers.extracts:
        assert sum(row["opening_balance"] for row in ledgers.rows(key, "gl_report_balances")) == 0


def test_assets_less_liabilities_are_the_net_assets_of_the_capital_accounts(
    ledgers: Ledgers, states: list[State]
) -> None:
    compared = 0
    for item in states:
        names = {row["fund_id"]: str(row["fund_name"]) for row in partner_rows.funds(item)}
        for row in asset_rows.accounts(item):
            end = row["period_end"]
            assert isinstance(end, dt.date)
            if row["investor_id"] == "_FUND_" and end in QUARTER_ENDS:
                key = (item.organization_id, names[row["fund_id"]])
                assert _balance_on(ledgers, key, ("ASSET", "LIABILITY"), end) == _exact(row["nav"]), (key, end)
                compared += 1
    assert compared == 6 * len(QUARTER_ENDS)


def test_movements_of_the_year_are_the_lines_of_the_roll_forward(ledgers: Ledgers, states: list[State]) -> None:
    """Lines as fund-admin 4.1 signs them, by effect on net assets; accounts lead to them by mapping and chart."""
    line_of = {row["account_code"]: row["nav_line"] for row in gl_rows.chart_of_accounts(states[0])}
    lines = {str(line) for line in line_of.values() if line}
    for item in states:
        mappings = list(gl_rows.account_mappings(item))
        accounts = list(asset_rows.accounts(item))
        for fund in partner_rows.funds(item):
            booked = dict.fromkeys(lines, Decimal(0))
            of_fund = [row for row in mappings if row["fund_id"] == fund["fund_id"]]
            for balance in ledgers.rows((item.organization_id, str(fund["fund_name"])), "gl_report_balances"):
                code = next(row["account_code"] for row in of_fund if _selects(row, balance["account_code"]))
                line = line_of.get(code)
                if line:
                    # What credits the accounts of a line adds to net assets; the asset of unrealised gains is one itself.
                    booked[str(line)] += balance["activity"] if line == "unrealized_gain" else -balance["activity"]
            stated = dict.fromkeys(lines, Decimal(0))
            for row in accounts:
                end = row["period_end"]
                assert isinstance(end, dt.date)
                if (row["fund_id"], row["investor_id"]) == (fund["fund_id"], "_FUND_") and end >= YEAR_START:
                    for line in lines:
                        stated[line] += _exact(row[line])
            assert booked == stated, fund["fund_name"]


def test_every_account_is_mapped_once_to_a_posting_account_of_the_chart_or_ignored(
    ledgers: Ledgers, states: list[State]
) -> None:
    # fund-admin 1.10, G-1
    posting = {row["account_code"] for row in gl_rows.chart_of_accounts(states[0]) if row["allows_posting"]}
    for item in states:
        names = {row["fund_id"]: str(row["fund_name"]) for row in partner_rows.funds(item)}
        for fund_id, name in names.items():
            mappings = [row for row in gl_rows.account_mappings(item) if row["fund_id"] == fund_id]
            for balance in ledgers.rows((item.organization_id, name), "gl_report_balances"):
                hits = [row for row in mappings if _selects(row, balance["account_code"])]
                assert len(hits) == 1, balance["account_code"]
                assert hits[0]["mapping_type"] == "IGNORED" or hits[0]["account_code"] in posting


def _selects(mapping: Any, code: str) -> bool:
    if mapping["mapping_type"] in ("DIRECT", "IGNORED"):
        return str(mapping["gl_account_code"]) == code
    if mapping["mapping_type"] == "AGGREGATED":
        selector = json.loads(mapping["gl_account_selector"])
        if "range" in selector:
            return bool(selector["range"]["from"] <= code <= selector["range"]["to"])
        return code in selector.get("list", ()) or ("prefix" in selector and code.startswith(selector["prefix"]))
    return False


def test_a_journal_that_does_not_balance_is_refused() -> None:
    with pytest.raises(ValueError, match="journal J-1: expected debits equal to credits, found 1 cents more"):
        Journal(YEAR_END, "Journal Entry", "J-1", "", (Leg("cash", 101), Leg("contributions", -100)))


def test_the_same_seed_gives_the_same_bytes(ledgers: Ledgers, tmp_path: Path) -> None:
    again = write_demo(tmp_path, parts=("ledger",), seed=SEED)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in ledgers.files]
