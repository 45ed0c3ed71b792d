"""A real estate product from its rows: a line per property, its NOI, and the loan to value of all.

Formulas are in real_estate_values and appraisals. Debt is as stated and accrues in the strike.
Source: nav 2 (M-RE).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.appraisals import APPRAISAL_MONTHS, appraised, compared, index_measures, indexed
from calculations.nav.methods.cash_flows import dated_flows
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.real_estate_values import (
    blended,
    direct_cap,
    discounted_property,
    net_operating_income,
)
from calculations.nav.methods.valuations import latest_of, require_valid, valuations_by_subject
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, NavLine, Unavailable, Valuation

METHOD = "REAL_ESTATE/1"
# A key of blend_weights, and the method of the valuations that it weighs. Source: input-contracts 4.1 and 4.2
BLENDED = {"DIRECT_CAP": "DIRECT_CAP", "DCF": "RE_DCF", "COMPARABLE": "COMPARABLE", "INDEXED": "INDEXED"}
METHODS = (*BLENDED.values(), "EXTERNAL_APPRAISAL")
ZERO = Decimal(0)


def value(evidence: Evidence) -> Valuation:
    """Each property by the methods that the product weighs, else by its latest valuation.

    Where weights are stated and a property has a valuation by one of their methods, it must have all of them; a
    property that has none, such as one appraised from outside, is worth its latest valuation. Measures: NOI, the value
    and weight by each method, the levels of an index, loan to value on all borrowings.
    """
    lines: list[NavLine] = []
    measures: list[Measure] = []
    for subject, by_method in valuations_by_subject(evidence, METHODS).items():
        line, shown = _property(evidence, subject, by_method)
        lines.append(line)
        measures += shown
    return evidence.valuation(METHOD, lines, measures=(*measures, _loan_to_value(evidence, lines)))


def _property(evidence: Evidence, subject: str, by_method: Mapping[str, Row]) -> tuple[NavLine, list[Measure]]:
    line_id = f"valuation/{subject}"
    try:
        weights = _weights(evidence)
        if not any(method in by_method for method, weight in weights.items() if weight):
            weights = {latest_of(by_method)["method"]: Decimal(1)}
        rows = [by_method[method] for method, weight in weights.items() if weight and method in by_method]
        currencies = {evidence.required("currency", row) for row in rows}
        if len(currencies) > 1:
            raise Unavailable(
                "UNIT_MISMATCH", f"{subject}: valuations must be in one currency, found {', '.join(sorted(currencies))}"
            )
        currency = currencies.pop()
        values: dict[str, Decimal] = {}
        shown: list[Measure] = []
        for row in rows:
            values[row["method"]] = amount = VALUES[row["method"]](evidence, row)
            weight = weights[row["method"]]
            shown.append(Measure(f"{row['method']}_VALUE", amount, "MONEY", subject, currency))
            shown.append(Measure(f"{row['method']}_WEIGHT", weight, "FRACTION", subject))
            if row["method"] == "INDEXED":
                shown += index_measures(indexed(evidence, row, APPRAISAL_MONTHS), subject)
            if row["method"] == "DIRECT_CAP":
                shown.append(Measure("NOI", _noi(evidence, row), "MONEY", subject, currency))
        level = max(int(row["fair_value_level"] or 3) for row in rows)
        how = rows[0]["method"] if len(rows) == 1 else "BLENDED"
        line = evidence.line(line_id, blended(values, weights), currency=currency, method=how, fair_value_level=level)
        return line, shown
    except Unavailable as unknown:
        return evidence.unknown_line(line_id, unknown), []


def _weights(evidence: Evidence) -> dict[str, Decimal]:
    text = evidence.product["blend_weights"]
    stated = json.loads(text, parse_float=Decimal, parse_int=Decimal) if text else {}
    return {BLENDED[name]: Decimal(weight) for name, weight in stated.items()}


def _capitalised(evidence: Evidence, row: Row) -> Decimal:
    require_valid(evidence, row, APPRAISAL_MONTHS)
    return direct_cap(_noi(evidence, row), evidence.required("cap_rate", row))


def _noi(evidence: Evidence, row: Row) -> Decimal:
    """From its parts where they are stated, else as stated itself."""
    if row["gross_potential_rent"] is None:
        stated: Decimal = evidence.required("noi", row)
        return stated
    parts = ("gross_potential_rent", "vacancy_rate", "other_income", "operating_expenses")
    return net_operating_income(*(evidence.required(part, row) for part in parts))


def _discounted(evidence: Evidence, row: Row) -> Decimal:
    require_valid(evidence, row, APPRAISAL_MONTHS)
    rows = _schedule(evidence, row)
    made, convention = row["valuation_date"], evidence.product["year_fraction"]
    noi = [(each["period_start"], each["event_date"], evidence.required("amount", each)) for each in rows]
    capex = [(each["period_start"], each["event_date"], each["amount_2"] or ZERO) for each in rows]
    return discounted_property(
        dated_flows(made, noi, convention),
        dated_flows(made, capex, convention),
        evidence.required("discount_rate", row),
        _stated_or_assumed(evidence, row, "exit_cap_rate", "EXIT_CAP_RATE"),
        _stated_or_assumed(evidence, row, "exit_cost_rate", "SALE_COST_RATE"),
    )


def _stated_or_assumed(evidence: Evidence, row: Row, field: str, assumption: str) -> Decimal:
    stated: Decimal | None = row[field]
    return evidence.assumptions.value(assumption) if stated is None else stated


def _schedule(evidence: Evidence, row: Row) -> Sequence[Row]:
    """The NOI rows of the property; those that name no property are of the only one."""
    rows = [each for each in evidence.stated.schedules if each["kind"] == "NOI"]
    own = [each for each in rows if each["subject_id"] == row["subject_id"]]
    found = own or [each for each in rows if not each["subject_id"]]
    if any(each["currency"] != row["currency"] for each in found):
        raise Unavailable("UNIT_MISMATCH", f"{row['subject_id']}: NOI must be in {row['currency']} like the valuation")
    return found


def _carried_on(evidence: Evidence, row: Row) -> Decimal:
    """The appraisal by its index, and what has been spent on the property since."""
    spent = [
        each["amount_2"] or ZERO
        for each in _schedule(evidence, row)
        if each["status"] == "PAID" and row["valuation_date"] < each["event_date"] <= evidence.day
    ]
    with precise():
        return indexed(evidence, row, APPRAISAL_MONTHS).amount + sum(spent, ZERO)


VALUES: Mapping[str, Callable[[Evidence, Row], Decimal]] = {
    "DIRECT_CAP": _capitalised,
    "RE_DCF": _discounted,
    "COMPARABLE": compared,
    "INDEXED": _carried_on,
    "EXTERNAL_APPRAISAL": appraised,
}


def _loan_to_value(evidence: Evidence, lines: Sequence[NavLine]) -> Measure:
    """Borrowings over the value of all properties, both in the product's currency."""
    values = [line.base_amount for line in lines]
    known = [amount for amount in values if amount is not None]
    with precise():
        total, debt = sum(known, ZERO), ZERO
        if len(known) < len(values) or total <= 0:
            detail = f"{evidence.product_id}: loan to value needs the value of every property, above zero together"
            return Measure("LTV", None, "FRACTION", reason="MISSING_VALUE", detail=detail)
        for accrual in evidence.inputs.accruals:
            if accrual.kind == "BORROWING":
                rate = evidence.rate(accrual.currency)
                if rate.reason is not None or rate.rate is None or accrual.amount is None:
                    reason, detail = rate.reason or "MISSING_TERMS", rate.detail or f"{accrual.accrual_id}: no amount"
                    return Measure("LTV", None, "FRACTION", reason=reason, detail=detail)
                debt += accrual.amount * rate.rate
        return Measure("LTV", debt / total, "FRACTION")
