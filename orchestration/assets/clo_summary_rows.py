"""What a projection comes to, as rows of the calc tables: that it was made, risk by class, a summary by scenario, assumptions.

Rows by period are in `clo_projection_rows`.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from calculations.clo.deal import Deal, Projection
from calculations.clo.deal.steps import CoverStep
from calculations.clo.tape_terms import Assumed
from orchestration.assets.clo_rows import Keys, Names, joined, table, unknown


def projection(keys: Keys, *, projected: Projection | None = None, reason: str | None = None) -> pa.Table:
    """One row: that the deal was projected, or why it was not."""
    last = None if projected is None else projected.dates.payment[-1].item()
    return table(keys, {"is_projected": [projected is not None], "last_payment_date": [last], "reason": [reason]})


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
            "equity_irr": unknown(np.zeros(count)) if equity is None else equity.rates,
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


def _covered_by_seniority(deal: Deal) -> list[str]:
    """The tests whose failure moves cash to the notes, the most senior first; diversion is none."""
    covers = [step.cover for terms in deal.lists.values() for step in terms.steps if isinstance(step, CoverStep)]
    names = {name for cover in covers for name in (cover.oc, cover.ic) if name is not None}
    return sorted(names, key=lambda name: (len(deal.tests[name].denominator), name))
