"""The rule on orders: none waits through two strikes, none is counted twice. Receivables and payables are made elsewhere."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from calculations.nav.market import Row
from calculations.nav.validation.case import Case, PreviousNav
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def orders_are_priced_once(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """Each order is in one strike: the last strike left none behind that it should have priced, and no id stands twice."""
    orders: Sequence[Row] = case.needed("orders")
    previous: Mapping[str, PreviousNav] = case.needed("previous")
    last = max((each.date for each in previous.values()), default=None)
    due = [order for order in orders if order["trade_date"] <= case.day and order["status"] != "CANCELLED"]
    broken = []
    for order_id, times in sorted(Counter(order["order_id"] for order in due).items()):
        if times > 1:
            broken.append(_of(rule, order_id, f"stands {times} times"))
    for order in due:
        if order["status"] == "ORDERED" and last is not None and _was_due(order, last):
            broken.append(
                _of(rule, order["order_id"], f"of {order['trade_date']} is not priced, the strike of {last} has passed")
            )
    return rule.on_lines(case.product_id, broken, len(due), "orders")


def _was_due(order: Row, last: dt.date) -> bool:
    """Whether the last strike should have priced it; one of that very day may have come after the cut-off."""
    nav_date = order["nav_date"]
    return bool(nav_date <= last if nav_date is not None else order["trade_date"] < last)


def _of(rule: Rule, order_id: str, what: str) -> RuleResult:
    return rule.verdict(False, f"order/{order_id}", detail=f"order {order_id} {what}", evidence=(f"order {order_id}",))


PREDICATES = {"SUBRED_PENDING": orders_are_priced_once}
