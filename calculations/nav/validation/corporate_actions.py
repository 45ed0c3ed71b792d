"""Rules on corporate actions: every dividend that went ex is booked, every event is in the list of positions.

What an action does to a price is in action_effects; valuing dividends does not belong here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.validation.action_effects import effective_day, units_after
from calculations.nav.validation.case import Case
from calculations.nav.validation.reasons import lines_are_known
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def dividends_are_booked(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """What was held when a share went ex is owed its dividend, net of withholding, until it is paid."""
    actions: Mapping[str, Sequence[Row]] = case.needed("actions")
    held_when_ex = case.needed("held_when_ex")
    instruments = {row["instrument_id"] for row in case.needed("held")}
    instruments |= {line.instrument_id for line in case.strike.lines if line.instrument_id is not None}
    broken, judged = [], 0
    for action in (action for each in sorted(instruments & actions.keys()) for action in actions[each]):
        ex_date, pay_date = action["ex_date"], action["pay_date"]
        if action["action_type"] != "CASH_DIVIDEND" or ex_date > case.day or (pay_date and pay_date <= case.day):
            continue
        instrument = action["instrument_id"]
        rows = held_when_ex(ex_date)
        quantity = _quantity(rows, instrument)
        for split in actions[instrument]:
            units = units_after(split)
            if units is not None and rows and rows[0]["as_of_date"] < effective_day(split) < ex_date:
                quantity *= units
        if not quantity:
            continue
        judged += 1
        result = _booked(case, rule, action, quantity)
        if result is not None:
            broken.append(result)
    return rule.on_lines(case.product_id, broken, judged, "dividends owed")


def _booked(case: Case, rule: Rule, action: Row, quantity: Decimal) -> RuleResult | None:
    where = f"{action['action_id']}/{action['instrument_id']}/{'SHORT' if quantity < 0 else 'LONG'}"
    evidence = (f"corporate action {action['action_id']}",)
    if action["amount_per_unit"] is None:
        return rule.not_evaluated(where, "the dividend states no amount per unit", evidence=evidence)
    owed = quantity * action["amount_per_unit"] * (1 - (action["withholding_rate"] or Decimal(0)))
    line = case.lines_by_id.get(f"accrual//{where}")
    booked = None if line is None else line.amount
    if booked is None or abs(booked - owed) > rule.threshold:
        detail = f"expected {owed} {action['currency']} since {action['ex_date']}, found {booked}"
        return rule.verdict(False, where, booked, threshold=owed, detail=detail, evidence=evidence)
    return None


def actions_are_reflected(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The quantities struck are after every event that the prices are after, whichever day the list is of.

    A split leaves another quantity, what was merged or called is gone, what was spun off is there.
    """
    held: Sequence[Row] = case.needed("held")
    actions: Mapping[str, Sequence[Row]] = case.needed("actions")
    case.needed("held_when_ex")
    broken = [result for result in lines_are_known(case, rule) if result.outcome == "FAILED"]
    judged = 0
    for instrument in sorted({row["instrument_id"] for row in held} & actions.keys()):
        for action in actions[instrument]:
            if not _is_judged(action, rule) or effective_day(action) > case.day:
                continue
            judged += 1
            wrong = _unreflected(case, rule, action, held)
            if wrong is not None:
                actual, expected, detail = wrong
                broken.append(
                    rule.verdict(
                        False,
                        f"{action['action_id']}/{instrument}",
                        actual,
                        threshold=expected,
                        detail=f"{action['action_type']} of {effective_day(action)}: {detail}",
                        evidence=(f"corporate action {action['action_id']}", f"list of {held[0]['as_of_date']}"),
                    )
                )
    return rule.on_lines(case.product_id, broken, judged, "corporate actions")


def _is_judged(action: Row, rule: Rule) -> bool:
    return any(action["action_type"] in rule.codes[kind] for kind in ("rescaled", "replaced", "added"))


def _unreflected(
    case: Case, rule: Rule, action: Row, held: Sequence[Row]
) -> tuple[Decimal | None, Decimal | None, str] | None:
    """What is wrong: the quantity found, the one expected, and a word."""
    instrument, effective, units = action["instrument_id"], effective_day(action), units_after(action)
    now = _struck(case, instrument)
    if action["action_type"] in rule.codes["replaced"]:
        return (now, Decimal(0), "still held") if now else None
    before_rows = held if held[0]["as_of_date"] < effective else case.needed("held_when_ex")(effective)
    # an event that a list of an earlier strike is after was judged then
    is_new = before_rows is held or (
        bool(before_rows) and before_rows[0]["as_of_date"] < effective and _is_since_last(case, effective)
    )
    before = _quantity(before_rows, instrument)
    if not is_new or not before:
        return None
    if action["action_type"] in rule.codes["added"]:
        new = action["new_instrument_id"]
        return None if _struck(case, new) else (Decimal(0), None, f"{new} is not held")
    if units is None:
        return now, None, "expected a ratio that fits the action, found none"
    # a trade may have changed the quantity too; what cannot be is the very quantity from before
    return (now, before * units, f"still {before} units") if now == before and units != 1 else None


def _struck(case: Case, instrument: str | None) -> Decimal:
    """Units of an instrument on the lines of the strike."""
    lines = [line for line in case.strike.lines if line.instrument_id == instrument and line.accrual_id is None]
    return sum((line.quantity for line in lines if line.quantity is not None), Decimal(0))


def _is_since_last(case: Case, effective: dt.date) -> bool:
    dates = [each.date for each in (case.previous or {}).values()]
    return not dates or effective > max(dates)


def _quantity(rows: Iterable[Row], instrument: str | None) -> Decimal:
    return sum((row["quantity"] for row in rows if row["instrument_id"] == instrument), Decimal(0))


PREDICATES = {"EXDIV_BOOKED": dividends_are_booked, "CORP_ACTION": actions_are_reflected}
