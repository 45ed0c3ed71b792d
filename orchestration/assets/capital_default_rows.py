"""Rows of defaults and of what their remedies move, beside what the workbook states. Nothing is calculated here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.exact.minor_units import in_money
from calculations.funds.capital.terms import Remedy
from calculations.months import as_date
from orchestration.assets.capital_calls import Calls
from orchestration.assets.capital_defaults import Remedied
from orchestration.assets.capital_findings import Difference
from orchestration.assets.capital_inputs import KEYS, Inputs
from orchestration.assets.capital_notices import INTEREST_REASONS, Standing

DEFAULTS, MOVEMENTS = "calc.fund_defaults", "calc.default_movements"
FUND = "FUND"


def default_rows(inputs: Inputs, calls: Calls, standing: Standing, remedied: Remedied) -> list[dict[str, Any]]:
    """Rows of calc.fund_defaults."""
    rows = []
    for default in remedied.defaults:
        n, stated = default.notice, default.stated or {}
        unit = Decimal(1) / int(calls.frame.ints("scale")[calls.notices.ints("k")[n]])
        amount = sum((outcome.amount for _, outcome in default.outcomes), Decimal(0)) if default.outcomes else None
        told = stated.get("amount")
        settled = sum((outcome.settled for _, outcome in default.outcomes), Decimal(0))
        why = int(standing.interest_reason[n])
        rows.append(
            {
                **_keys(inputs, calls, n),
                "default_id": stated.get("default_id"),
                **_of_notice(calls, n),
                "due_date": as_date(calls.notices.days("owed_on")[n]),
                "written_notice_date": _day(calls.notices.days("written_notice_date")[n]),
                "cure_days": default.terms.cure_days,
                "cure_day_type": None if default.terms.cure_days is None else str(default.terms.cure_day_type),
                "default_date": default.day,
                "remedies_by_terms": ",".join(default.terms.remedies) or None,
                "remedy": stated.get("remedy"),
                "is_booked": default.is_booked,
                "defaulted_amount": default.unpaid,
                "paid_amount": in_money(standing.settled.paid[n], unit),
                "remedied_amount": settled,
                "open_amount": max(in_money(standing.settled.outstanding[n], unit) - settled, Decimal(0)),
                "amount": amount,
                "amount_stated": told,
                "difference": None if amount is None or told is None else told - amount,
                "reason": default.reason,
                "forfeited_share": default.forfeited_share,
                "late_interest": None if why >= 0 else in_money(standing.late_interest[n], unit),
                "late_interest_reason": None if why < 0 else INTEREST_REASONS[why],
                "cured_date": _day(standing.settled.paid_on[n]),
                "cured_date_stated": stated.get("cured_date"),
                "known_at": max(filter(None, (calls.notices.texts("newest_known_at")[n], stated.get("known_at")))),
            }
        )
    return rows


def movement_rows(inputs: Inputs, calls: Calls, remedied: Remedied) -> list[dict[str, Any]]:
    """Rows of calc.default_movements, numbered within each default."""
    holders = dict(zip(inputs.commitments.texts("commitment_id"), inputs.commitments.texts("investor_id"), strict=True))
    rows = []
    for default in remedied.defaults:
        if default.stated is None:
            continue
        moved = [(day, outcome, movement) for day, outcome in default.outcomes for movement in outcome.movements]
        for number, (day, outcome, movement) in enumerate(moved, 1):
            rows.append(
                {
                    **_keys(inputs, calls, default.notice),
                    "default_id": default.stated["default_id"],
                    "movement_number": number,
                    "notice_id": outcome.notice_id,
                    "remedy": str(outcome.remedy),
                    "account": str(movement.account),
                    "party_type": FUND if movement.commitment_id is None else "PARTNER",
                    "commitment_id": movement.commitment_id,
                    "investor_id": None if movement.commitment_id is None else holders[movement.commitment_id],
                    "event_date": day,
                    "currency": _of_notice(calls, default.notice)["currency"],
                    "amount": movement.amount,
                    "is_booked": default.is_booked,
                    "known_at": max(calls.notices.texts("newest_known_at")[default.notice], default.stated["known_at"]),
                }
            )
    return rows


def default_findings(calls: Calls, rows: list[dict[str, Any]], remedied: Remedied) -> Iterator[tuple[int, Difference]]:
    """Fund number and finding: figures and days of cure that the workbook states otherwise. Interest is compared with its notice."""
    for default, row in zip(remedied.defaults, rows, strict=True):
        fund, name = int(calls.notices.ints("f")[default.notice]), row["notice_id"]
        if row["difference"] and row["remedy"] != Remedy.INTEREST:
            yield fund, Difference(
                "DEFAULT_AMOUNT", "warning", "NOTICE", name,
                f"default of notice {name}: expected {row['remedy']} of {row['amount']}, found {row['amount_stated']}",
                default.day, row["currency"], row["amount_stated"], row["amount"],
            )  # fmt: skip
        if row["cured_date_stated"] is not None and row["cured_date_stated"] != row["cured_date"]:
            found = row["cured_date"] or "no full payment"
            yield fund, Difference(
                "DEFAULT_CURED", "warning", "NOTICE", name,
                f"default of notice {name}: expected its cure on {row['cured_date_stated']} in its payments, found {found}",
                default.day,
            )  # fmt: skip


def _keys(inputs: Inputs, calls: Calls, notice: int) -> dict[str, Any]:
    fund = int(calls.notices.ints("f")[notice])
    return {name: inputs.funds.table[name][fund].as_py() for name in KEYS}


def _of_notice(calls: Calls, notice: int) -> dict[str, Any]:
    call = int(calls.notices.ints("k")[notice])
    return {
        **{name: calls.notices.table[name][notice].as_py() for name in ("notice_id", "commitment_id", "investor_id")},
        **{name: calls.frame.table[name][call].as_py() for name in ("call_id", "currency")},
    }


def _day(day: np.datetime64) -> dt.date | None:
    return None if np.isnat(day) else as_date(day)
