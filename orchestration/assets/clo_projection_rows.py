"""Lays a projection's periods out as rows of the calc tables: loans, notes, steps, tests, fees.

What a figure means is in calculations, what a table is in tables.yaml, what a projection comes to in `clo_summary_rows`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from calculations.clo.deal import Deal, Projection
from calculations.clo.deal.configurations import version_on
from calculations.clo.deal.results import CurePayments
from calculations.clo.deal.steps import kind_of, payee_of
from calculations.clo.sheet_deal import EQUITY
from calculations.daycount import year_fraction
from orchestration.assets.clo_rows import Keys, Names, by_period, joined, table, unknown

NONE_FOREIGN: Mapping[str, str] = MappingProxyType({})


def asset_cash_flows(keys: Keys, projected: Projection, currencies: Mapping[str, str] = NONE_FOREIGN) -> pa.Table:
    """A row per asset and payment date of each scenario; `period` is the deal period that collects it, NULL past the last.

    `currencies` are those of assets in another than the deal's, whose rows are in it.
    """
    parts = []
    ends = projected.dates.collection_end
    for flows in projected.assets:
        period = np.searchsorted(ends, flows.paid, side="left") + 1
        is_kept = (flows.begin_balance > 0) | (flows.defaulted > 0) | (flows.total > 0) | (flows.net_loss > 0)
        columns: dict[str, Any] = {
            "scenario_id": np.full(flows.paid.size, flows.scenario, dtype=object),
            "asset_id": np.array(flows.asset_id, dtype=object),
            "currency": np.array(
                [currencies.get(asset_id, keys["currency"]) for asset_id in flows.asset_id], dtype=object
            ),
            "period": period,
            "payment_date": flows.paid,
            "accrual_start_date": flows.accrual_begin,
            "coupon_rate": flows.coupon,
            "beginning_balance": flows.begin_balance,
            "interest_payment": flows.interest,
            "scheduled_principal": flows.scheduled,
            "unscheduled_principal": flows.unscheduled,
            "default_amount": flows.default,
            "recoveries": flows.recovery,
            "net_loss": flows.net_loss,
            "default_balance": flows.defaulted,
            "mv_default_balance": flows.defaulted_value,
            "pik_interest": flows.pik_interest,
            "pik_balance": flows.pik_balance,
            "draw": flows.draw,
            "unfunded_balance": flows.unfunded_balance,
            "commitment_fee": flows.fees,
            "premium": flows.premium,
            "total_cash_flow": flows.total,
            "ending_balance": flows.end_balance,
        }
        kept: dict[str, Any] = {name: values[is_kept] for name, values in columns.items()}
        kept["period"] = pa.array(kept["period"], mask=kept["period"] > ends.size)
        parts.append(table(keys, kept))
    return joined(parts)


def liability_cash_flows(keys: Keys, deal: Deal, projected: Projection, names: Names) -> pa.Table:
    """A row per class and period of each scenario, the sub notes too."""
    result, parts = projected.result, []
    for name, note in result.notes.items():
        if name not in names:  # a class of the file that the deal has not issued
            continue
        accrued = note.interest_accrued + note.on_deferred_accrued
        dates = projected.dates
        years = year_fraction(dates.accrual_begin, dates.payment, deal.notes[name].day_count)
        due_on = note.balance[:, :-1] * years
        rate = np.divide(note.interest_accrued, due_on, out=unknown(accrued), where=due_on > 0)
        parts.append(
            by_period(
                keys,
                projected,
                {
                    "tranche_name": names[name],
                    "coupon_rate": rate,
                    "beginning_balance": note.balance[:, :-1],
                    "interest_due": accrued + note.unpaid[:, :-1],
                    "interest_paid": note.interest_paid,
                    "interest_deferred": np.maximum(
                        note.deferred[:, 1:] - note.deferred[:, :-1] + note.deferred_repaid, 0.0
                    ),
                    "unpaid_interest": note.unpaid[:, 1:],
                    "principal_paid": note.principal_paid,
                    "deferred_beginning_balance": note.deferred[:, :-1],
                    "deferred_repaid": note.deferred_repaid,
                    "deferred_ending_balance": note.deferred[:, 1:],
                    "ending_balance": note.balance[:, 1:],
                },
            )
        )
    equity, nothing = result.equity, np.zeros_like(result.equity.interest)
    held = float(deal.notes[deal.equity].opening_balance or 0) if deal.equity else 0.0
    parts.append(
        by_period(
            keys,
            projected,
            {
                "tranche_name": names[EQUITY],
                "coupon_rate": unknown(nothing),
                "beginning_balance": nothing + held,
                "interest_due": nothing,
                "interest_paid": equity.interest,
                "interest_deferred": nothing,
                "unpaid_interest": nothing,
                "principal_paid": equity.principal,
                "deferred_beginning_balance": nothing,
                "deferred_repaid": nothing,
                "deferred_ending_balance": nothing,
                "ending_balance": nothing + held,
            },
        )
    )
    return joined(parts)


def waterfall_payments(keys: Keys, deal: Deal, projected: Projection) -> pa.Table:
    """A row per step of each list that was walked, by scenario and period."""
    parts = []
    versions = _versions(deal, projected)
    for version in np.unique(versions).tolist():
        # a step's number is its place in the list of the version in force, which an overlay may lengthen
        is_in_force = versions == version
        lists = deal.on(projected.dates.payment[is_in_force][0].item()).lists
        for (list_name, number), step in projected.result.steps.items():
            if number > len(lists[list_name].steps):
                continue
            terms = lists[list_name].steps[number - 1]
            parts.append(
                by_period(
                    keys,
                    projected,
                    {
                        "list_name": list_name,
                        "step_number": np.int64(number),
                        "step_kind": kind_of(terms),
                        "payee": payee_of(terms),
                        "config_version": np.int64(version),
                        "amount_due": step.due,
                        "amount_paid": step.paid,
                        "cash_after": step.cash_after,
                    },
                    is_in_force,
                )
            )
    return joined(parts)


def coverage_tests(keys: Keys, deal: Deal, projected: Projection, names: Names) -> pa.Table:
    """A row per coverage test of a class and period of each scenario.

    An interest coverage cure is the paydown that would scale interest due to the trigger, of the balances of the
    overcollateralisation test of the same class. Source: clo-liabilities-waterfall 4.3.
    """
    parts, tests = [], projected.result.tests
    for name, test in tests.items():
        kind, _, of_class = name.partition("-")
        if of_class not in names:
            continue
        ratio, trigger = test.ratio, test.trigger
        balances = tests[f"OC-{of_class}"].denominator if f"OC-{of_class}" in tests else unknown(ratio)
        if kind == "OC":
            interest_cure = np.maximum(0.0, test.denominator - test.numerator / trigger)
            above = trigger > 1
            principal_cure = (trigger * test.denominator - test.numerator) / (trigger - 1) if above else balances * 0
            cure = unknown(ratio)
        else:
            interest_cure = principal_cure = unknown(ratio)
            cure = np.maximum(0.0, (1 - ratio / trigger) * balances)
        failed, paid = ~test.passed, test.cures or CurePayments.none(unknown(ratio))
        parts.append(
            by_period(
                keys,
                projected,
                {
                    "trigger_name": name,
                    "test_kind": kind.lower(),
                    "tranche_name": names[of_class],
                    "numerator": test.numerator,
                    "denominator": test.denominator,
                    "liability_balance": balances,
                    "ratio": ratio,
                    "threshold": np.float64(trigger),
                    "passed": test.passed,
                    "interest_cure_amount": np.where(failed, interest_cure, interest_cure * 0),
                    "principal_cure_amount": np.where(failed, np.maximum(0.0, principal_cure), principal_cure * 0),
                    "cure_amount": np.where(failed, cure, cure * 0),
                    "prior_interest_cure": paid.prior_interest,
                    "prior_principal_cure": paid.prior_principal,
                    "interest_cure_paid": paid.own_interest,
                    "principal_cure_paid": paid.own_principal,
                },
            )
        )
    return joined(parts)


def fees(keys: Keys, deal: Deal, projected: Projection) -> pa.Table:
    """A row per fee and period of each scenario, the incentive fee too."""
    result = projected.result
    version = np.broadcast_to(_versions(deal, projected), result.fee_basis.shape)
    parts = [
        by_period(
            keys,
            projected,
            {
                "fee_name": name,
                "fee_type": deal.fees[name].role,
                "config_version": version,
                "fee_basis": result.fee_basis,
                "fee_accrued": fee.accrued,
                "fee_paid": fee.paid,
                "unpaid_balance": fee.unpaid[:, 1:],
            },
        )
        for name, fee in result.fees.items()
    ]
    paid = result.equity.incentive_fee
    parts.append(
        by_period(
            keys,
            projected,
            {
                "fee_name": "incentive",
                "fee_type": "incentive",
                "config_version": version,
                "fee_basis": unknown(paid),
                "fee_accrued": paid,
                "fee_paid": paid,
                "unpaid_balance": np.zeros_like(paid),
            },
        )
    )
    return joined(parts)


def _versions(deal: Deal, projected: Projection) -> Any:
    """The configuration of the deal in force on each payment date, (periods,)."""
    return np.array([version_on(deal, day) for day in projected.dates.payment.tolist()])
