"""What strikes are judged on, read from a small warehouse: records of the custodian, NAVs before, what was published."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calculations.nav.methods import strike_product
from calculations.nav.validation import Case, RuleResult, blocks, judge
from calculations.nav.validation.rules import register
from orchestration.assets.nav_rows import RUNS, VALIDATIONS, Struck, record_strike
from orchestration.nav_evidence import StrikeEvidence
from orchestration.warehouse import Warehouse, append_rows
from tests.calculations.nav.evidence import Stated, closing, evidence

D = Decimal
HOUSE = "house"
DAY, BEFORE = dt.date(2026, 3, 10), dt.date(2026, 3, 9)
KNOWN = dt.datetime(2026, 3, 10, 20)
OF_STATE = "organization_id varchar, known_to timestamp, source_row integer"
TABLES = {
    "intermediate.int_nav__custodian_positions": f"{OF_STATE}, custodian_id varchar, account_id varchar, "
    "instrument_id varchar, as_of_date date, product_id varchar, quantity decimal(38,12)",
    "intermediate.int_nav__custodian_cash": f"{OF_STATE}, custodian_id varchar, account_id varchar, currency varchar, "
    "as_of_date date, product_id varchar, balance decimal(24,4), oldest_break_date date",
    "intermediate.int_market__index_levels": "organization_id varchar, index_id varchar, level_date date, "
    "return_type varchar, source varchar, level decimal(38,12)",
}


class Books:
    """A warehouse with the records of others, and a fund that holds 10 shares of EQ at 100."""

    def __init__(self, path: Path) -> None:
        self.warehouse = Warehouse(path)
        self.warehouse.create_tables()
        with self.warehouse.transaction() as connection:
            for relation, columns in TABLES.items():
                connection.execute(f"create table {relation} ({columns})")

    def add(self, relation: str, **row: Any) -> None:
        fields = {"organization_id": HOUSE} | row
        with self.warehouse.transaction() as connection:
            names, marks = ", ".join(fields), ", ".join("?" for _ in fields)
            connection.execute(f"insert into {relation} ({names}) values ({marks})", list(fields.values()))

    def custodian(self, quantity: str, day: dt.date = DAY, **more: Any) -> None:
        fields = {"custodian_id": "c", "account_id": "a", "instrument_id": "EQ", "product_id": "p"} | more
        self.add("intermediate.int_nav__custodian_positions", as_of_date=day, quantity=D(quantity), **fields)

    def case(self, nav_before: str = "0.99", row: dict[str, Any] | None = None, **sheets: Any) -> Case:
        terms = {"unitless": False, "shares_outstanding": D(1000), "nav_frequency": "DAILY"} | (row or {})
        history = {"product_id": "p", "share_class_id": "p", "valuation_date": BEFORE, "version": 1, "currency": "USD"}
        holding = {"instrument_id": "EQ", "holding_type": "EQUITY", "quantity": D(10), "leg": "LONG", "currency": "USD"}
        found = evidence(
            "fund",
            terms,
            instruments=[{"instrument_id": "EQ", "instrument_type": "EQUITY", "currency": "USD"}],
            prices=[closing("EQ", "100")],
            holdings=[Stated(holding | {"as_of_date": DAY, "organization_id": HOUSE})],
            history=[
                Stated(history | {"nav_per_share": D(nav_before), "source": "ADMINISTRATOR", "status": "PUBLISHED"}),
                *sheets.pop("history", ()),
            ],
            **sheets,
        )
        beside = StrikeEvidence(self.warehouse, HOUSE, found.market, KNOWN)
        return beside.case(found, strike_product(found), None)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path / "warehouse.duckdb")


def of(case: Case, rule_code: str) -> RuleResult:
    (found,) = [result for result in judge(case) if result.rule_code == rule_code]
    return found


def test_a_break_with_the_custodian_blocks_the_day(books: Books) -> None:
    books.custodian("9")
    found = of(books.case(), "POSITION_RECON")
    assert (found.outcome, found.actual, found.evidence) == ("FAILED", D(-1), ("custodian c a 2026-03-10",))
    assert blocks(judge(books.case()))


def test_records_that_agree_let_the_day_pass(books: Books) -> None:
    books.custodian("10", BEFORE)  # of the day before: not the one to compare
    books.custodian("4")
    books.custodian("6", account_id="b")
    books.custodian("99", product_id="another")
    books.custodian("99", organization_id="another-house")
    case = books.case()
    assert of(case, "POSITION_RECON").outcome == "PASSED"
    assert not blocks(judge(case))


def test_a_record_that_was_due_and_did_not_come_fails(books: Books) -> None:
    books.custodian("10", dt.date(2026, 1, 30))
    found = of(books.case(), "POSITION_RECON")
    assert (found.outcome, found.is_evaluated) == ("FAILED", False)
    assert "no record of 2026-03-10, last of 2026-01-30" in found.detail


def test_a_product_that_nobody_else_keeps_books_of_is_not_held(books: Books) -> None:
    case = books.case()
    assert {of(case, code).outcome for code in ("POSITION_RECON", "CASH_RECON", "SHARES_RECON")} == {"NOT_APPLICABLE"}
    assert of(case, "CASH_RECON").detail == "no custodian reports cash of the product"
    assert not blocks(judge(case))


def test_the_nav_before_is_the_stated_one_or_a_later_one_of_our_own(books: Books) -> None:
    assert of(books.case("0.99"), "NAV_JUMP_MAX_PCT").detail == "0.99 of 2026-03-09 to 1.0000"
    strike = {"organization_id": HOUSE, "product_id": "p", "share_class_id": "p", "version": 1, "strike_id": "s"}
    with books.warehouse.transaction() as connection:
        rows = [
            {
                **strike,
                "valuation_date": BEFORE,
                "nav_per_share": D("0.5"),
            },  # of the same day: the stated one was published
            {**strike, "valuation_date": DAY, "nav_per_share": D("0.7")},  # of the day itself
        ]
        append_rows(connection, "ops.nav_strikes", [_all_columns(books, "ops.nav_strikes", row) for row in rows])
    assert of(books.case("0.99"), "NAV_JUMP_MAX_PCT").detail == "0.99 of 2026-03-09 to 1.0000"
    earlier = {"valuation_date": dt.date(2026, 3, 6)}
    older = books.case(history=[], nav_before="0.99")
    assert older.previous is not None
    assert older.previous["p"].source == "ADMINISTRATOR"
    assert earlier["valuation_date"] < older.previous["p"].date


def test_a_material_error_of_a_published_nav_is_stopped(books: Books) -> None:
    wrong = {"product_id": "p", "share_class_id": "p", "valuation_date": DAY, "currency": "USD", "status": "PUBLISHED"}
    rows = [
        Stated(wrong | {"version": 1, "nav_per_share": D("1.5")}),
        Stated(wrong | {"version": 2, "nav_per_share": D("1.02")}),
    ]
    found = of(books.case(history=rows), "RESTATEMENT_MATERIAL")
    assert (found.outcome, found.actual) == ("FAILED", D("0.02"))
    assert found.evidence == ("NAV p 2026-03-10 version 2 of STATED",)


def test_what_weir_published_counts_before_what_is_stated_and_is_left_to_a_restatement(books: Books) -> None:
    keys = {"product_id": "p", "valuation_date": DAY, "version": 1}
    nav = {"share_class_id": "p", "currency": "USD", "nav_per_share": D("1.5"), "swung_nav_per_share": D("1.02")}
    books.add("ops.nav_strikes", **keys, **nav)
    books.add("ops.nav_approval_events", **keys, event_number=1, step="PUBLISH", to_status="PUBLISHED")
    stated = {"product_id": "p", "share_class_id": "p", "valuation_date": DAY, "currency": "USD", "status": "PUBLISHED"}
    found = of(books.case(history=[Stated(stated | {"version": 1, "nav_per_share": D("1.5")})]), "RESTATEMENT_MATERIAL")
    # orders dealt at the swung NAV; the strike's own is 1.00, and 1 % is material
    assert (found.outcome, found.severity, found.actual) == ("FAILED", "warning", D("0.02"))
    assert found.evidence == ("NAV p 2026-03-10 version 1 of WEIR",)


def test_a_benchmark_is_held_against_its_levels(books: Books) -> None:
    for day, level in ((BEFORE, "100"), (DAY, "101")):
        fields = {"index_id": "IX", "return_type": "TOTAL", "source": "VENDOR", "level_date": day, "level": D(level)}
        books.add("intermediate.int_market__index_levels", **fields)
        books.add("intermediate.int_market__index_levels", **fields | {"return_type": "PRICE", "level": D(1)})
    found = of(books.case("1", row={"benchmark_index_id": "IX"}), "NAV_PROXY")
    assert (found.outcome, found.is_evaluated) == ("FAILED", False)  # nobody assumes a beta
    beta = {
        "scope_type": "PRODUCT",
        "scope_id": "p",
        "assumption": "beta",
        "as_of": DAY,
        "value": D(1),
        "unit": "FRACTION",
    }
    judged = books.case("1", row={"benchmark_index_id": "IX"}, assumptions=[beta | {"source": "COMMITTEE"}])
    assert of(judged, "NAV_PROXY").actual == D("0.01")  # no return against 1 %


def test_verdicts_are_kept_with_the_version_of_the_rule_and_what_was_looked_at(books: Books) -> None:
    books.custodian("9")
    case = books.case()
    struck = Struck()
    keys = {"organization_id": HOUSE, "product_id": "p", "valuation_date": DAY, "strike_id": "s", "known_at": KNOWN}
    inputs: Any = replace_inputs(case)
    assert not record_strike(struck, keys, inputs, case.strike, judge(case), 1, "state", "run")
    with books.warehouse.transaction() as connection:
        for table, rows in struck.tables().items():
            connection.register("rows", rows)
            connection.execute(f"insert into {table} by name select * from rows")
    assert books.warehouse.rows(
        f"select scope_id, outcome, actual, rule_version, evidence from {VALIDATIONS} where rule_code = 'POSITION_RECON'"
    ) == [("EQ", "FAILED", D("-1.000000000000"), 1, "custodian c a 2026-03-10")]
    assert books.warehouse.rows(f"select status, reason, version from {RUNS}") == [("BLOCKED", "POSITION_RECON", None)]
    ((score, grade, reason),) = books.warehouse.rows(f"select quality_score, quality_grade, quality_reason from {RUNS}")
    assert (grade, reason) == ("EXCELLENT", None)
    # of the rules that apply the reconciliation alone failed: consistency, 20, loses one share of those judged
    rules = {r.rule_code: r.dimension for r in register().rules}
    judged = books.warehouse.rows(f"select distinct rule_code from {VALIDATIONS} where outcome <> 'NOT_APPLICABLE'")
    of_consistency = sum(rules[code] == "consistency" for (code,) in judged)
    assert score == round(100 - D(20) / of_consistency, 12)


def replace_inputs(case: Case) -> Any:
    """What a row of a run reads of the inputs of a strike."""

    class Inputs:
        product = replace(case.product)
        classes = case.classes

    return Inputs()


def _all_columns(books: Books, relation: str, row: dict[str, Any]) -> dict[str, Any]:
    schema, table = relation.split(".")
    columns = books.warehouse.rows(
        f"select column_name from information_schema.columns where table_schema = '{schema}' and table_name = '{table}'"
    )
    return {name: row.get(name) for (name,) in columns}


def money_fund(books: Books, bought: dt.date, **terms: Any) -> Case:
    """1,000 of agency paper, 60 days from maturity, beside 100 of cash."""
    row = {"product_id": "p", "as_of_date": DAY, "leg": "LONG", "currency": "USD", "organization_id": HOUSE}
    row |= {"source": "ADMINISTRATOR", "purchase_date": bought, "final_maturity_date": dt.date(2026, 5, 9)}
    paper = {"holding_type": "AGENCY", "instrument_id": "AGENCY", "price": D(100), "price_type": "CLEAN"}
    found = evidence(
        "fund",
        {"subtype": "MMF", "mmf_type": "GOVERNMENT", "stable_nav": D(1), "shares_outstanding": D(1100)}
        | ({"mmf_regime": "US_2A7"} | terms),
        instruments=[
            {
                "instrument_id": "AGENCY",
                "instrument_type": "BOND",
                "currency": "USD",
                "quote_basis": "PER_100",
                "coupon_kind": "ZERO",
                "is_government": True,
                "issuer_id": "A",
                "issuer_country": "US",
            }
        ],
        prices=[closing("AGENCY", "100")],
        holdings=[
            Stated(row | paper | {"quantity": D(1000)}),
            Stated(row | {"holding_type": "CASH", "instrument_id": "CASH-USD", "quantity": D(100)}),
        ],
    )
    return StrikeEvidence(books.warehouse, HOUSE, found.market, KNOWN).case(found, strike_product(found), None)


def test_a_money_market_fund_that_buys_beyond_a_limit_is_blocked(books: Books) -> None:
    """1,000 of agency paper beside 100 of cash: a tenth is liquid within a day, where a quarter must be."""
    case = money_fund(books, DAY)
    found = of(case, "MMF_DLA")
    assert (found.outcome, found.threshold, found.detail) == (
        "FAILED",
        D("0.25"),
        "bought beyond the limit: AGENCY/LONG",
    )
    assert found.actual is not None
    assert round(found.actual, 12) == D("0.090909090909")
    struck = Struck()
    keys = {"organization_id": HOUSE, "product_id": "p", "valuation_date": DAY, "strike_id": "s", "known_at": KNOWN}
    inputs: Any = replace_inputs(case)
    assert case.strike.status == "STRUCK"
    assert not record_strike(struck, keys, inputs, case.strike, judge(case), 1, "state", "run")
    (run,) = struck.rows[RUNS]
    assert (run["status"], run["reason"], run["version"]) == ("BLOCKED", "MMF_DLA", None)


def test_a_passive_fall_does_not_block_a_money_market_fund(books: Books) -> None:
    case = money_fund(books, dt.date(2026, 2, 2))
    assert {of(case, code).outcome for code in ("MMF_DLA", "MMF_WLA", "MMF_WAM", "MMF_SHADOW_50")} == {"PASSED"}
    failed = [each for each in judge(case) if each.rule_code.startswith("MMF_") and each.outcome == "FAILED"]
    # that little is liquid is still told the board
    assert [(each.rule_code, each.severity) for each in failed] == [("MMF_NOTICE_LIQ", "warning")]


def test_a_fund_under_no_regulation_is_held_to_none(books: Books) -> None:
    found = of(money_fund(books, DAY, mmf_regime=None), "MMF_DLA")
    assert (found.outcome, found.detail) == ("NOT_APPLICABLE", "the fund is under no regulation of money market funds")


def test_a_fund_of_no_type_of_its_regulation_is_blocked(books: Books) -> None:
    case = money_fund(books, DAY, mmf_type="LVNAV")
    assert (of(case, "MMF_DLA").is_evaluated, blocks(judge(case))) == (False, True)
