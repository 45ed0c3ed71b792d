"""Lays a projection out as rows of the calc tables. What a figure means is in calculations, what a table is in tables.yaml."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from calculations.clo.deal import Deal, Projection
from calculations.clo.deal.configurations import version_on
from calculations.clo.deal.results import CurePayments
from calculations.clo.deal.steps import CoverStep, kind_of, payee_of
from calculations.clo.sheet_deal import EQUITY
from calculations.clo.tape_terms import Assumed
from calculations.daycount import year_fraction

Keys = Mapping[str, Any]
Names = Mapping[str, str]  # class of a deal file -> name of the tranche on its sheet


def projection(keys: Keys, *, projected: Projection | None = None, reason: str | None = None) -> pa.Table:
    """One row: that the deal was projected, or why it was not."""
    last = None if projected is None else projected.dates.payment[-1].item()
    return table(keys, {"is_projected": [projected is not None], "last_payment_date": [last], "reason": [reason]})


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
        rate = np.divide(note.interest_accrued, due_on, out=_unknown(accrued), where=due_on > 0)
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
                "coupon_rate": _unknown(nothing),
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
        balances = tests[f"OC-{of_class}"].denominator if f"OC-{of_class}" in tests else _unknown(ratio)
        if kind == "OC":
            interest_cure = np.maximum(0.0, test.denominator - test.numerator / trigger)
            above = trigger > 1
            principal_cure = (trigger * test.denominator - test.numerator) / (trigger - 1) if above else balances * 0
            cure = _unknown(ratio)
        else:
            interest_cure = principal_cure = _unknown(ratio)
            cure = np.maximum(0.0, (1 - ratio / trigger) * balances)
        failed, paid = ~test.passed, test.cures or CurePayments.none(_unknown(ratio))
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
                "fee_basis": _unknown(paid),
                "fee_accrued": paid,
                "fee_paid": paid,
                "unpaid_balance": np.zeros_like(paid),
            },
        )
    )
    return joined(parts)


def tranche_risk(keys: Keys, projected: Projection, names: Names) -> pa.Table:
    """A row per class and scenario."""
    parts = []
    for name, risk in projected.risk.items():
        reasons = [
            "; ".join(f"{what}: {text}" for what, text in (("yield", y), ("margin", m)) if text) or None
            for y, m in zip(risk.yield_reasons, risk.margin_reasons, strict=True)
        ]
        columns = {
            "scenario_id": list(projected.scenarios.names),
            "tranche_name": [names[name]] * len(reasons),
            "annual_yield": risk.annual_yield,
            "discount_margin": risk.discount_margin,
            "price": risk.price,
            "wal": risk.weighted_average_life,
            "macaulay_duration": risk.macaulay_duration,
            "modified_duration": risk.modified_duration,
            "total_interest": risk.total_interest,
            "total_principal": risk.total_principal,
            "reason": reasons,
        }
        parts.append(table(keys, columns))
    return joined(parts)


def scenario_summary(keys: Keys, deal: Deal, projected: Projection) -> pa.Table:
    """A row per scenario: return of equity, losses, the first breach of a coverage test, and the last period."""
    flows, bought, result = projected.flows, projected.bought, projected.result
    count, periods = flows.interest.shape
    is_alive = np.arange(periods) < result.last_period[:, None]
    order = _covered_by_seniority(deal)
    failed = np.stack([~result.tests[name].passed & is_alive for name in order])  # (tests, scenarios, periods)
    any_failed: np.ndarray = np.logical_or.reduce(failed, axis=0)
    first = np.where(any_failed.any(axis=1), any_failed.argmax(axis=1), -1)
    which = failed[:, np.arange(count), np.maximum(first, 0)].argmax(axis=0)
    equity = projected.equity
    payment = projected.dates.payment.tolist()
    return table(
        keys,
        {
            "scenario_id": list(projected.scenarios.names),
            "equity_irr": _unknown(np.zeros(count)) if equity is None else equity.rates,
            "equity_irr_reason": [
                "the sub notes have no price or no balance" if equity is None else equity.reasons[i] or None
                for i in range(count)
            ],
            "first_breach_period": [int(i) + 1 if i >= 0 else None for i in first],
            "first_breach_date": [payment[i] if i >= 0 else None for i in first.tolist()],
            "first_breach_test": [order[w] if i >= 0 else None for w, i in zip(which.tolist(), first, strict=True)],
            "defaults": flows.defaults.sum(axis=1) + bought.defaults.sum(axis=1),
            "recoveries": flows.recoveries.sum(axis=1) + bought.recoveries.sum(axis=1),
            "losses": flows.net_loss.sum(axis=1) + bought.net_loss.sum(axis=1),
            "equity_distributions": (result.equity.interest + result.equity.principal).sum(axis=1),
            "last_period": result.last_period,
        },
    )


def assumed_inputs(keys: Keys, notes: Iterable[Assumed]) -> pa.Table:
    """A row per input that was assumed, or asset that took no part; one said twice for one reason is one row."""
    found = list({(item.subject, item.field, item.reason): item for item in notes}.values())
    return table(
        keys,
        {
            "subject": pa.array([item.subject for item in found], pa.string()),
            "field_name": pa.array([item.field for item in found], pa.string()),
            "assumed_value": pa.array([item.value for item in found], pa.string()),
            "reason": pa.array([item.reason for item in found], pa.string()),
        },
    )


def joined(parts: Iterable[pa.Table]) -> pa.Table:
    """Tables end to end; a column in which one of them has nothing but NULL takes the type of the others."""
    return pa.concat_tables(parts, promote_options="permissive")


def _covered_by_seniority(deal: Deal) -> list[str]:
    """The tests whose failure moves cash to the notes, the most senior first; diversion is none."""
    covers = [step.cover for terms in deal.lists.values() for step in terms.steps if isinstance(step, CoverStep)]
    names = {name for cover in covers for name in (cover.oc, cover.ic) if name is not None}
    return sorted(names, key=lambda name: (len(deal.tests[name].denominator), name))


def _unknown(like: Any) -> Any:
    return np.full(like.shape, np.nan)


def _versions(deal: Deal, projected: Projection) -> Any:
    """The configuration of the deal in force on each payment date, (periods,)."""
    return np.array([version_on(deal, day) for day in projected.dates.payment.tolist()])


def by_period(keys: Keys, projected: Projection, columns: Mapping[str, Any], is_kept: Any = None) -> pa.Table:
    """Columns of shape (scenarios, periods), or one value for all, as rows up to each scenario's last period.

    `is_kept`, of that shape or (periods,), leaves out further rows.
    """
    names = np.array(projected.scenarios.names, dtype=object)
    count, periods = names.size, projected.dates.count
    scenario, period = (item.reshape(-1) for item in np.indices((count, periods)))
    is_reached = period < projected.result.last_period[scenario]
    if is_kept is not None:
        is_reached &= np.broadcast_to(is_kept, (count, periods)).reshape(-1)
    scenario, period = scenario[is_reached], period[is_reached]
    found: dict[str, Any] = {
        "scenario_id": names[scenario],
        "period": period + 1,
        "payment_date": projected.dates.payment[period],
        "accrual_start_date": projected.dates.accrual_begin[period],
    }
    for name, values in columns.items():
        is_array = isinstance(values, np.ndarray) and values.ndim == 2
        found[name] = values.reshape(-1)[is_reached] if is_array else _repeated(_plain(values), period.size)
    return table(keys, found)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _repeated(value: Any, size: int) -> pa.Array:
    return pa.repeat(pa.scalar(value), size)


def table(keys: Keys, columns: Mapping[str, Sequence[Any] | np.ndarray | pa.Array]) -> pa.Table:
    """Columns with the keys beside them on every row; NaN is unknown."""
    arrays = {
        name: values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
        for name, values in columns.items()
    }
    size = len(next(iter(arrays.values())))
    constants = {name: _repeated(value, size) for name, value in keys.items()}
    return pa.table({**constants, **arrays})
