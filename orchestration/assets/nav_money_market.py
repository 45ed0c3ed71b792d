"""Rules, measures and stress tests of money market funds on every state of what was known. The finance is in calculations.

Source: nav 4, 5 (MMF rules).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from calculations.nav.market import Market
from calculations.nav.money_market import Compliance, regulation
from calculations.nav.money_market.figures import figures, income_factors
from calculations.nav.money_market.judged import JudgedFund
from calculations.nav.money_market.stress import stress_as_assumed
from calculations.nav.stated import StatedProduct
from calculations.nav.strike_days import strike_days
from orchestration.assets.nav_market import load_market
from orchestration.assets.nav_strikes import DEPS
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

COMPLIANCE, MEASURES, STRESS = TABLES = (
    "calc.money_market_compliance",
    "calc.money_market_measures",
    "calc.money_market_stress",
)
BOOKS = "intermediate.int_nav__money_market_books"
READ = ("share_classes", "holdings", "accruals", "capital_activity", "history", "transfer_agent_shares")

Row = Mapping[str, Any]


def judge_money_market_funds(warehouse: Warehouse, book_ids: Sequence[str]) -> Records:
    """Rows for every book of `book_ids` whose fund names a regime and a type of it; the others have none."""
    books: dict[str, list[Row]] = defaultdict(list)
    for book in warehouse.records(
        f"select * from {BOOKS} where book_id in (select unnest(?)) order by product_id, known_from", [list(book_ids)]
    ):
        if book["regime"] is not None and book["fund_type"] in regulation(book["regime"]).fund_types:
            books[book["organization_id"]].append(book)
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for organization, of_organization in books.items():
        market = load_market(warehouse, organization)
        for one in of_organization:
            _add_rows(rows, one, _stated(warehouse, one), market)
    return rows


def _stated(warehouse: Warehouse, book: Row) -> StatedProduct:
    """The fund with all rows that its state of the feed has of it."""
    product = _of_state(warehouse, "products", book)[0]
    rows = {model: _of_state(warehouse, model, book) for model in READ}
    return StatedProduct(
        product_type=product["product_type"],
        row={
            **product,
            "mmf_regime": book["regime"],
            "mmf_type": book["fund_type"],
            "stable_nav": book["stable_nav"],
        },
        classes=rows["share_classes"],
        holdings=rows["holdings"],
        accruals=rows["accruals"],
        orders=rows["capital_activity"],
        history=rows["history"],
        register=rows["transfer_agent_shares"],
        assumptions=warehouse.records(
            "select * from intermediate.int_nav__assumptions where state_id = ? order by source_row", [book["state_id"]]
        ),
    )


def _of_state(warehouse: Warehouse, model: str, book: Row) -> list[dict[str, Any]]:
    return warehouse.records(
        f"select * from intermediate.int_nav__{model} where state_id = ? and product_id = ? order by source_row",
        [book["state_id"], book["product_id"]],
    )


def _add_rows(rows: Mapping[str, list[dict[str, Any]]], book: Row, stated: StatedProduct, market: Market) -> None:
    of_book = {name: book[name] for name in ("book_id", "state_id", "organization_id", "known_at", "product_id")}
    fund, income = JudgedFund(stated, market), income_factors(stated)
    class_ids = [each["share_class_id"] for each in stated.classes] or [book["product_id"]]
    for day in strike_days(stated, market):
        read = fund.read(day)
        keys = {**of_book, "valuation_date": day, "regime": book["regime"], "fund_type": book["fund_type"]}
        rows[COMPLIANCE] += [
            {**keys, "rule_number": number, **_row(verdict)} for number, verdict in enumerate(fund.on(day), start=1)
        ]
        rows[MEASURES] += [
            {
                **keys,
                "measure_number": number,
                "measure_name": figure.name,
                "subject_id": figure.subject_id,
                "measure_value": figure.value,
                "unit": figure.unit,
                "currency": stated.row["currency"] if figure.unit in ("MONEY", "PER_SHARE") else None,
                "reason": figure.reason,
                "detail": figure.detail or None,
            }
            for number, figure in enumerate(figures(read, class_ids, income), start=1)
        ]
        results = stress_as_assumed(read.fund, read.holdings, day, read.holidays, fund.assumptions(day))
        rows[STRESS] += [
            {
                **keys,
                "result_number": number,
                **{name: getattr(result, name) for name in _STRESSED},
                "detail": result.detail or None,
            }
            for number, result in enumerate(results, start=1)
        ]


_STRESSED = ("scenario", "redemption_share", "nav_per_share", "daily_liquid", "weekly_liquid", "passed", "reason")
_FIELDS = (
    *("rule_code", "severity", "outcome", "passed", "actual", "direction"),
    *("unit", "is_acquisition_test", "blocks_buying", "reason", "citation"),
)


def _row(verdict: Compliance) -> dict[str, Any]:
    return {
        **{name: getattr(verdict, name) for name in _FIELDS},
        "threshold": verdict.limit,
        "detail": verdict.detail or None,
        "subjects": ", ".join(verdict.subjects) or None,
    }


MONEY_MARKET = Calculation(
    name="money_market_compliance",
    description="Rules of money market funds with verdicts, their measures and stress tests, on every valuation date.",
    tables=TABLES,
    key="book_id",
    inputs=f"select book_id from {BOOKS}",
    deps=(BOOKS, *(dep for dep in DEPS if not dep.endswith("int_nav__struck_states"))),
    compute=judge_money_market_funds,
)
