"""What a capped share class has accrued in its financial year, and what its adviser owes for it. The cap is in expense_caps.

Financial years are calendar years. An adviser pays what is owed at the end of a year, or states its receivable, which
then counts instead. Source: nav 3 (Accruals), input-contracts 4.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

from calculations.exact_yaml import Terms, read_policy
from calculations.nav.accruals import Bases
from calculations.nav.classes import sum_of_lines
from calculations.nav.day_fractions import year_fraction
from calculations.nav.expense_caps import ExpensePeriod, adviser_receivable, capped_expenses
from calculations.nav.lines_stated import accruals_in_force, stated_accrual
from calculations.nav.market import Market, Row, valuation_point
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.nav.stated import StatedProduct
from calculations.nav.terms import Accrual
from calculations.nav.worth import Worth, previous_net_assets

FILE = Path(__file__).with_name("tables") / "expense_caps.yaml"
RECEIVABLE = "ADVISER_RECEIVABLE"


class Counted(Terms):
    """Kinds of accruals that a cap counts, and how its year is divided."""

    capped_kinds: tuple[str, ...]
    day_count: str


@cache
def counted() -> Counted:
    """The packaged table. Raises ValueError where it is not valid."""
    return read_policy(FILE, Counted)


def adviser_owes(
    stated: StatedProduct, market: Market, row: Row, day: dt.date, opening: Decimal | None
) -> Accrual | None:
    """What the adviser of a class owes on a day for expenses above its cap, in the product's currency; None for nothing.

    Expenses of the year to date, paid or not, against the cap on the net assets stated for each stretch of it; of the
    expenses of the whole product a class bears its part of the net assets stated last. `opening` is what a rate on
    opening net assets is on. Raises Unavailable MISSING_OPENING_NET_ASSETS for a class without a stated NAV, and with
    the reason of an expense or a net asset value that is not known.
    """
    cap, class_id, currency = row["expense_cap_rate"], row["share_class_id"], stated.row["currency"]
    if cap is None or is_stated(stated, class_id, day):
        return None
    navs = stated.stated_since(class_id, dt.date(day.year, 1, 1), day)
    if not navs:
        raise Unavailable(
            "MISSING_OPENING_NET_ASSETS",
            f"{class_id}: a cap is measured by net assets stated in {day.year}, found none",
        )
    began = max(navs[0]["valuation_date"], dt.date(day.year, 1, 1))
    ids = [each["share_class_id"] for each in stated.classes]
    whole = previous_net_assets(stated, market, ids, day)
    bases = Bases(currency, whole, None, {class_id: opening})
    worth = Worth(market, valuation_point(stated.row, day, market), currency, bases)
    spent = _sum(worth, _expenses(stated, class_id, began, day))
    shared = _sum(worth, _expenses(stated, None, began, day))
    if shared and len(ids) > 1:
        with precise():
            shared *= _net_assets(worth, navs[-1]) / _known(class_id, whole)
    days = [*(max(each["valuation_date"], began) for each in navs), day]
    with precise():
        periods = [
            ExpensePeriod(Decimal(0), _net_assets(worth, nav), year_fraction(start, end, counted().day_count))
            for nav, (start, end) in zip(navs, pairwise(days), strict=True)
        ]
        periods[-1] = replace(periods[-1], expenses=-spent - shared)
    return adviser_receivable(capped_expenses(periods, cap), class_id, currency)


def is_stated(stated: StatedProduct, class_id: str, day: dt.date) -> bool:
    """Whether the workbook itself says what the adviser of a class owes on a day."""
    in_force = accruals_in_force(stated.accruals, day)
    return any(each.kind == RECEIVABLE and each.share_class_id == class_id for each in in_force)


def _expenses(stated: StatedProduct, class_id: str | None, began: dt.date, day: dt.date) -> Iterable[Accrual]:
    """Expenses of a class, or of the whole product, as what accrued of them between two days; ids are made distinct."""
    for at, row in enumerate(stated.accruals):
        is_own = (row["share_class_id"] or None) == class_id and row["side"] == "LIABILITY"
        if not is_own or row["kind"] not in counted().capped_kinds or row["start_date"] > day:
            continue
        accrual = replace(stated_accrual(row, day), accrual_id=f"{row['accrual_id']}/{at}", paid_through=None)
        if accrual.method == "STATED":
            if row["start_date"] >= began:
                yield accrual
        elif accrual.accrued_from is None or (accrual.accrued_to or day) > began:
            start = None if accrual.accrued_from is None else max(accrual.accrued_from, began)
            yield replace(accrual, accrued_from=start)


def _sum(worth: Worth, expenses: Iterable[Accrual]) -> Decimal:
    total = sum_of_lines(worth.lines(expenses))
    if total.amount is None:
        line = total.unknown
        assert line is not None
        raise Unavailable(line.reason or "MISSING_TERMS", line.detail or line.line_id)
    return total.amount


def _net_assets(worth: Worth, nav: Row) -> Decimal:
    return _known(nav["share_class_id"], worth.converted(nav["net_assets"], nav["currency"]))


def _known(class_id: str, net_assets: Decimal | None) -> Decimal:
    if not net_assets:
        raise Unavailable("MISSING_OPENING_NET_ASSETS", f"{class_id}: net assets must be stated for a cap, found none")
    return net_assets
