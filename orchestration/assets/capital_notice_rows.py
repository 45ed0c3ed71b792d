"""Rows of call notices: what each should have been and how it stands, beside what the workbook states. Nothing is calculated here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from calculations.daycount import Ints
from calculations.exact.minor_units import in_money
from calculations.exact.products import half_up
from calculations.funds.capital.settlement import STATUSES
from calculations.money import minor_unit
from orchestration.assets.capital_calls import REASONS, REVERSAL, SHORTFALL, Calls
from orchestration.assets.capital_findings import Difference
from orchestration.assets.capital_frames import codes, days, money, rates, table
from orchestration.assets.capital_inputs import KEYS, Inputs
from orchestration.assets.capital_notices import INTEREST_REASONS, Standing

NOTICES = "calc.capital_call_notices"
NOT_REACHED = "COMMITMENT_NOT_IN_FORCE"
CANCELLED = "CANCELLED"
WHY = (*REASONS, NOT_REACHED, CANCELLED)


def notice_table(inputs: Inputs, calls: Calls, standing: Standing) -> pa.Table:
    """Rows of calc.capital_call_notices."""
    notices, size = calls.notices, calls.notices.size
    call, leg, scale = notices.ints("k"), calls.leg_of_notice, calls.frame.ints("scale")[notices.ints("k")]
    why = reasons(calls)
    is_known = why < 0
    computed = computed_amounts(calls)
    amount = notices.ints("amount")
    committed = np.append(calls.legs.ints("committed"), 0)[leg]
    percentage = half_up(10**12, np.maximum(computed, 0), np.maximum(committed, 1))
    settled = standing.settled
    interest_stated = np.zeros(size, dtype=np.int64)
    has_stated = np.zeros(size, dtype=np.bool_)
    defaulted = standing.defaults.ints("n")
    interest_stated[defaulted] = standing.defaults.ints("interest_stated", 0)
    has_stated[defaulted] = standing.defaults.given("interest_stated")
    is_owed = standing.due > 0
    return table(
        {
            **inputs.funds.columns(KEYS, notices.ints("f")),
            **calls.frame.columns(("call_id", "call_number", "call_date", "allocation_basis", "currency"), call),
            **notices.columns(("notice_id", "commitment_id", "investor_id")),
            "due_date": days(notices.days("owed_on")),
            "call_amount": money(computed, scale, is_known),
            "call_amount_stated": money(amount, scale),
            "call_amount_difference": money(amount - computed, scale, is_known),
            "call_amount_reason": codes(why, WHY),
            "percentage_called": rates(percentage, is_known & (committed > 0)),
            "percentage_called_stated": rates(notices.ints("percentage"), notices.given("percentage")),
            "due_amount": money(standing.due, scale),
            "paid_amount": money(settled.paid, scale),
            "outstanding_amount": money(settled.outstanding, scale),
            "credit_amount": money(settled.credit, scale),
            "payment_count": standing.payments,
            "refused_payment_count": standing.refused,
            "payment_date": days(np.where(is_owed, settled.paid_on, np.datetime64("NaT"))),
            "payment_date_stated": days(notices.days("payment_date")),
            "days_late": standing.days_late,
            "overdue_from": days(standing.overdue_from),
            "defaulted_from": days(standing.defaulted_from),
            "late_interest": money(standing.late_interest, scale, standing.interest_reason < 0),
            "late_interest_stated": money(interest_stated, scale, has_stated),
            "late_interest_reason": codes(standing.interest_reason, INTEREST_REASONS),
            "notice_status": codes(standing.status, STATUSES),
            "notice_status_stated": notices.column("notice_status"),
            **notices.columns(("load_id", "source_sheet", "source_row")),
            "known_at": notices.column("newest_known_at"),
        }
    )


def reasons(calls: Calls) -> Ints:
    """The place in WHY of why a notice's amount cannot be told, -1 where it can."""
    of_call = calls.reason[calls.notices.ints("k")]
    cancelled = np.array([text == "CANCELLED" for text in calls.notices.texts("notice_status")], dtype=np.bool_)
    return np.select(
        [cancelled, calls.notices.flags("is_reversal"), (of_call < 0) & (calls.leg_of_notice < 0)],
        [WHY.index(CANCELLED), WHY.index(REVERSAL), WHY.index(NOT_REACHED)],
        of_call,
    )


def computed_amounts(calls: Calls) -> Ints:
    """What each notice should call for, (notices,); zero where it cannot be told."""
    totals = np.append(calls.computed.sum(axis=1), 0)
    return np.where(reasons(calls) < 0, totals[calls.leg_of_notice], 0)


def notice_findings(inputs: Inputs, calls: Calls, standing: Standing) -> Iterator[tuple[int, Difference]]:
    """Fund number and finding: notices missing, without a payer, not as computed, or standing otherwise than stated."""
    notices = calls.notices
    units = [minor_unit(len(str(scale)) - 1) for scale in calls.frame.ints("scale").tolist()]
    currencies, call_ids = calls.frame.texts("currency"), calls.frame.texts("call_id")
    call_days, call_funds = calls.frame.days("call_date").tolist(), calls.frame.ints("f").tolist()
    for number, amount in calls.missing.items():
        missing = in_money(amount, units[number])
        yield call_funds[number], Difference(
            f"CALL_{SHORTFALL}", "warning", "CALL", str(call_ids[number]),
            f"call {call_ids[number]}: expected partners below their caps to cover it, {missing} has no payer",
            call_days[number], currencies[number], None, missing,
        )  # fmt: skip
    noticed = np.zeros(calls.legs.size, dtype=np.bool_)
    noticed[calls.leg_of_notice[calls.leg_of_notice >= 0]] = True
    expected = calls.computed.sum(axis=1)
    commitments = inputs.commitments.texts("commitment_id")
    of_leg, held = calls.legs.ints("k"), calls.legs.ints("c")
    for leg in np.flatnonzero(~noticed & (expected > 0)).tolist():
        number = int(of_leg[leg])
        amount_due, zero = in_money(expected[leg], units[number]), in_money(0, units[number])
        yield call_funds[number], Difference(
            "NOTICE_MISSING", "warning", "CALL", str(call_ids[number]),
            f"call {call_ids[number]}: expected a notice of {amount_due} to {commitments[held[leg]]}, found none",
            call_days[number], currencies[number], zero, amount_due,
        )  # fmt: skip
    computed, called, why = computed_amounts(calls), notices.ints("amount"), reasons(calls)
    ids, stated_status = notices.texts("notice_id"), notices.texts("notice_status")
    of_call, funds = notices.ints("k"), notices.ints("f").tolist()
    for row in np.flatnonzero((why < 0) & (computed != called)).tolist():
        number = int(of_call[row])
        stated, found = in_money(called[row], units[number]), in_money(computed[row], units[number])
        yield funds[row], Difference(
            "NOTICE_AMOUNT", "warning", "NOTICE", str(ids[row]),
            f"notice {ids[row]}: expected {found} by the basis of call {call_ids[number]}, found {stated}",
            call_days[number], currencies[number], stated, found,
        )  # fmt: skip
    derived = np.array(STATUSES, dtype=object)[standing.status]
    for row in np.flatnonzero(derived != np.array(stated_status, dtype=object)).tolist():
        number = int(of_call[row])
        yield funds[row], Difference(
            "NOTICE_STATUS", "warning", "NOTICE", str(ids[row]),
            f"notice {ids[row]}: expected {derived[row]} by its payments, found {stated_status[row]}",
            call_days[number], currencies[number],
            in_money(standing.due[row], units[number]), in_money(standing.settled.paid[row], units[number]),
        )  # fmt: skip
    defaulted = standing.defaults.ints("n").tolist()
    for at in np.flatnonzero(standing.defaults.given("interest_stated")).tolist():
        row = defaulted[at]
        number = int(of_call[row])
        stated = in_money(standing.defaults.ints("interest_stated")[at], units[number])
        found = in_money(standing.late_interest[row], units[number])
        if stated != found:
            yield funds[row], Difference(
                "LATE_INTEREST", "warning", "NOTICE", str(ids[row]),
                f"notice {ids[row]}: expected late interest of {found}, found {stated}",
                call_days[number], currencies[number], stated, found,
            )  # fmt: skip
    for what, terms, funds_of in (
        ("CAPITAL_CALL", calls.terms, calls.frame.ints("f")),
        ("DEFAULT", standing.terms, notices.ints("f")),
    ):
        for place, message in terms.errors.items():
            for fund in np.unique(funds_of[terms.of_row == place]).tolist():
                yield fund, Difference("BAD_TERMS", "warning", "FUND", what, message)
