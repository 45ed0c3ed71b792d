"""The rules of money market funds on every state of what was known. The finance is in calculations; strikes are made elsewhere.

Source: nav 4, 5 (MMF rules).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calculations.nav.market import Market
from calculations.nav.money_market import Compliance, regulation
from calculations.nav.money_market.stated import judged_days
from calculations.nav.stated import StatedProduct
from orchestration.assets.nav_market import load_market
from orchestration.assets.nav_products import OF_PRODUCT
from orchestration.assets.nav_strikes import DEPS
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

COMPLIANCE = "calc.money_market_compliance"
BOOKS = "intermediate.int_nav__money_market_books"

Row = Mapping[str, Any]


def judge_money_market_funds(warehouse: Warehouse, book_ids: Sequence[str]) -> Records:
    """Rows for every book of `book_ids` whose fund names a regime and a type of it; the others have none."""
    books: dict[str, list[Row]] = defaultdict(list)
    for book in warehouse.records(
        f"select * from {BOOKS} where book_id in (select unnest(?)) order by product_id, known_from", [list(book_ids)]
    ):
        if book["regime"] is not None and book["fund_type"] in regulation(book["regime"]).fund_types:
            books[book["organization_id"]].append(book)
    rows: list[dict[str, Any]] = []
    for organization, of_organization in books.items():
        market = load_market(warehouse, organization)
        for one in of_organization:
            rows += _rows(one, _stated(warehouse, one), market)
    return {COMPLIANCE: rows}


def _stated(warehouse: Warehouse, book: Row) -> StatedProduct:
    """The fund with all rows that its state of the feed has of it."""
    product = _of_state(warehouse, "products", book)[0]
    rows = {model: _of_state(warehouse, model, book) for model in OF_PRODUCT}
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
    )


def _of_state(warehouse: Warehouse, model: str, book: Row) -> list[dict[str, Any]]:
    return warehouse.records(
        f"select * from intermediate.int_nav__{model} where state_id = ? and product_id = ? order by source_row",
        [book["state_id"], book["product_id"]],
    )


def _rows(book: Row, stated: StatedProduct, market: Market) -> Iterator[dict[str, Any]]:
    keys = {name: book[name] for name in ("book_id", "state_id", "organization_id", "fund_type", "known_at")}
    for verdicts in judged_days(stated, market):
        for number, verdict in enumerate(verdicts, start=1):
            yield {**keys, "rule_number": number, **_row(verdict)}


_FIELDS = (
    *("product_id", "valuation_date", "regime", "rule_code", "severity", "outcome", "passed", "actual", "direction"),
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
    description="Rules of money market funds, rule 2a-7 and the EU's, with actual, limit and verdict on every valuation date.",
    tables=(COMPLIANCE,),
    key="book_id",
    inputs=f"select book_id from {BOOKS}",
    deps=(BOOKS, *(dep for dep in DEPS if not dep.endswith("int_nav__struck_states"))),
    compute=judge_money_market_funds,
)
