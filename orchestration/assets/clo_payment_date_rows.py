"""Lays a payment date and its comparison out as rows of the calc tables. What a figure means is in calculations, what a table is in tables.yaml."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from calculations.clo.deal import CheckRow, Deal, PaymentDateResult
from calculations.clo.deal.steps import payee_of

Row = Mapping[str, Any]
Records = list[dict[str, Any]]

_CODE = re.compile(r"^(?:(critical): )?([A-Z_]+): ")
_FIGURES = (
    *("interest_pool", "principal_pool", "principal_carried"),
    *("sub_interest", "sub_principal", "incentive_fee"),
)


def _keys(date: Row) -> dict[str, Any]:
    names = ("state_id", "organization_id", "load_id", "deal_id", "payment_date", "known_at")
    return {name: date[name] for name in names}


def payment_date(
    date: Row, *, terms: Deal | None = None, result: PaymentDateResult | None = None, reason: str | None = None
) -> dict[str, Any]:
    """One row: what the date had and carried, or why it was not run, with no figure then."""
    return {
        **_keys(date),
        "terms_load_id": date["terms_load_id"],
        "currency": None if terms is None else terms.currency,
        "status": "not_run" if result is None else "run",
        "reason": reason,
        **{name: None if result is None else getattr(result, name) for name in _FIGURES},
        "adjusted_par": None if result is None else result.numerators["adjusted_par"],
        "is_in_default": None if result is None else result.in_default,
    }


def steps(date: Row, terms: Deal, result: PaymentDateResult) -> Records:
    """A row per step of each list that was walked."""
    return [
        {
            **_keys(date),
            "currency": terms.currency,
            "list_name": line.list_name,
            "step_number": line.number,
            "step_kind": line.kind,
            "payee": payee_of(terms.lists[line.list_name].steps[line.number - 1]),
            "amount_due": line.due,
            "amount_paid": line.paid,
            "cash_after": line.cash_after,
        }
        for line in result.steps
    ]


def tests(date: Row, terms: Deal, result: PaymentDateResult) -> Records:
    """A row per coverage test, as struck before any payment."""
    return [
        {
            **_keys(date),
            "currency": terms.currency,
            "trigger_name": name,
            "test_kind": terms.tests[name].kind,
            "numerator": test.numerator,
            "denominator": test.denominator,
            "ratio": test.ratio,
            "threshold": test.trigger,
            "passed": test.passed,
            "interest_cure_amount": test.interest_cure,
        }
        for name, test in result.tests.items()
    ]


def checks(date: Row, terms: Deal, compared: Sequence[CheckRow], stated: Sequence[Row]) -> Records:
    """A row per reported figure, and per total that reported figures make, which stands in no row of the report itself."""
    reported_in = {(row["item"], row["key"] or "-", row["measure"]): row for row in stated if row["role"] == "REPORTED"}
    found = []
    for check in compared:
        row = reported_in.get((check.item, check.key, check.measure))
        is_date = check.unit == "date"
        found.append(
            {
                **_keys(date),
                "load_id": date["load_id"] if row is None else row["load_id"],
                "source_row": None if row is None else row["source_row"],
                "item": check.item,
                "key": check.key,
                "measure": check.measure,
                "unit": check.unit,
                "currency": terms.currency if check.unit == "money" else None,
                "reported": None if is_date else _number(check.reported),
                "computed": None if is_date else _number(check.computed),
                "reported_date": _day(check.reported),
                "computed_date": _day(check.computed),
                "difference": check.difference,
                "own_difference": check.own_difference,
                "tolerance": check.tolerance,
                "outcome": check.outcome,
            }
        )
    return found


def findings(date: Row, sentences: Iterable[str]) -> Records:
    """A row per sentence: `critical: CODE: text` is critical, `CODE: text` a warning."""
    found = []
    for number, sentence in enumerate(sentences, start=1):
        stated = _CODE.match(sentence)
        assert stated is not None, sentence  # every finding begins with the code of its rule
        found.append(
            {
                **_keys(date),
                "finding_number": number,
                "severity": stated[1] or "warning",
                "rule_code": stated[2],
                "message": sentence[stated.end() :],
            }
        )
    return found


def _number(value: Any) -> Decimal | None:
    """A figure or a flag, of which true is 1."""
    return None if value is None else Decimal(value)


def _day(value: Any) -> dt.date | None:
    return value if isinstance(value, dt.date) else None
