"""What a simulation of ratings comes to, as rows of the calc tables. Which simulations there are is not here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from calculations.clo.collateral import Rejection
from calculations.clo.migration.deal_paths import ClassPaths, DealPaths, loss_distribution
from calculations.clo.migration.factors import Repair
from calculations.clo.migration.findings import Finding
from calculations.clo.migration.tables import (
    PathSeries,
    PathTable,
    Statistics,
    Which,
    average_series,
    balance_columns,
    balance_statistics,
    chosen_path,
    count_columns,
    count_statistics,
    path_series,
)
from orchestration.assets.clo_projection_terms import StatedDeal
from orchestration.assets.clo_rows import Keys, joined, table

WHICH: Mapping[Which, str] = {"min": "minimum", "max": "maximum", "median": "median"}
SERIES_NAMES = {
    "cumulative_defaults": "cumulative_default_balance",
    "cumulative_matured": "cumulative_matured_balance",
}
LEVELS = {"loss_rate_p50": 0.5, "loss_rate_p90": 0.9, "loss_rate_p95": 0.95, "loss_rate_p99": 0.99}
LOSSES = (
    *("probability_of_loss", "expected_loss", "expected_loss_rate", "loss_rate_standard_deviation"),
    *LEVELS,
    "maximum_loss_rate",
)
NOT_SIMULATED, NOT_PAID = "DEAL_NOT_SIMULATED", "DEAL_NOT_PAID"
# What is not listed is a warning: something was assumed or put right.
SEVERITIES = {
    **dict.fromkeys((NOT_SIMULATED, NOT_PAID), "critical"),
    **dict.fromkeys(("CORRELATION_WITHOUT_ASSET", "OFF_GRID_INSTALMENT", "CASH_FLOWS_NOT_ASKED"), "info"),
}


class DealFinding(NamedTuple):
    """A finding and the deal that it is of; None for what concerns all of them."""

    deal_id: str | None
    finding: Finding


def statistics(keys: Keys, found: PathTable) -> pa.Table:
    """A row per date, measure and unit of one pool."""
    counts, balances = count_columns(found.states), balance_columns(found.states)
    units = ["rate" if measure == "cdr" else "balance" for measure in balances]
    return joined(
        [
            _statistics(keys, found, counts, ["count"] * len(counts), count_statistics(found)),
            _statistics(keys, found, balances, units, balance_statistics(found)),
        ]
    )


def _statistics(
    keys: Keys, found: PathTable, measures: Sequence[str], units: Sequence[str], figures: Statistics
) -> pa.Table:
    dates = found.dates.size
    return table(
        keys,
        {
            "period": np.repeat(np.arange(dates), len(measures)),
            "period_date": np.repeat(found.dates, len(measures)),
            "measure": list(measures) * dates,
            "unit": list(units) * dates,
            **{name: values.reshape(-1) for name, values in figures._asdict().items()},
        },
    )


def series(keys: Keys, found: PathTable, chosen: Mapping[str, int]) -> pa.Table:
    """A row per kind of path and date of one pool; `chosen` are numbers of paths by kind, beside which stands the average."""
    parts = [_series(keys, found, "average", None, average_series(found))]
    return joined(parts + [_series(keys, found, kind, path, path_series(found, path)) for kind, path in chosen.items()])


def chosen_paths(deals: Mapping[str, PathTable]) -> dict[str, int]:
    """Paths by kind, chosen by the defaults of all deals together. Source: clo-compliance 4.6."""
    return {kind: chosen_path(deals, which) for which, kind in WHICH.items()}


def _series(keys: Keys, found: PathTable, kind: str, path: int | None, figures: PathSeries) -> pa.Table:
    dates = found.dates.size
    columns = {SERIES_NAMES.get(name, name): values for name, values in figures._asdict().items()}
    return table(
        keys,
        {
            "path_kind": [kind] * dates,
            "path_number": pa.array([path] * dates, pa.int32()),
            "period": np.arange(dates),
            "period_date": found.dates,
            **columns,
        },
    )


def tranche_losses(keys: Keys, stated: StatedDeal, paid: DealPaths) -> pa.Table:
    """A row per class: how its loss spreads over paths, and what it is paid in the mean; equity last, which owes no balance."""
    rows: list[dict[str, Any]] = [
        {
            "tranche_name": stated.names[name],
            "is_equity": False,
            "opening_balance": found.opening_balance,
            **_losses(found),
            "expected_deferred_unpaid": float(found.deferred_unpaid.mean()),
            "expected_interest": float(found.interest.mean()),
            "expected_principal": float(found.principal.mean()),
            "expected_paid": float((found.interest + found.principal).mean()),
            "expected_price": _mean(found.price),
            "expected_yield": _mean(found.annual_yield),
            "expected_discount_margin": _mean(found.discount_margin),
            "expected_wal": _mean(found.weighted_average_life),
            "yield_path_count": int(np.isfinite(found.annual_yield).sum()),
        }
        for name, found in paid.classes.items()
    ]
    if (equity := stated.deal.equity) is not None:
        rows.append(
            {
                **dict.fromkeys(rows[0] if rows else ()),
                "tranche_name": stated.names[equity],
                "is_equity": True,
                "opening_balance": float(stated.deal.notes[equity].opening_balance or 0),
                "expected_paid": float(paid.equity_paid.mean()),
                "expected_yield": _mean(paid.equity_return),
                "yield_path_count": int(np.isfinite(paid.equity_return).sum()),
            }
        )
    return table({**keys, "currency": stated.deal.currency}, _columns(rows))


def _losses(found: ClassPaths) -> dict[str, float | None]:
    if found.opening_balance <= 0:  # repaid already: nothing is left that could be lost
        return dict.fromkeys(LOSSES)
    losses = loss_distribution(found, tuple(LEVELS.values()))
    return {
        "probability_of_loss": losses.probability,
        "expected_loss": losses.mean * found.opening_balance,
        "expected_loss_rate": losses.mean,
        "loss_rate_standard_deviation": losses.standard_deviation,
        **{name: losses.quantiles[level] for name, level in LEVELS.items()},
        "maximum_loss_rate": losses.maximum,
    }


def findings(keys: Keys, found: Iterable[DealFinding], repair: Repair | None) -> pa.Table:
    """A row per finding, of which there is at least one, in the order found; one that is said twice of a deal is one row."""
    rows = []
    for number, (deal_id, finding) in enumerate(dict.fromkeys(found), start=1):
        of_repair = repair if finding.code == "CORRELATIONS_REPAIRED" else None
        rows.append(
            {
                "deal_id": deal_id,
                "finding_number": number,
                "severity": SEVERITIES.get(finding.code, "warning"),
                "code": finding.code,
                "subject": finding.subject,
                "message": finding.message,
                "smallest_eigenvalue": None if of_repair is None else of_repair.smallest_eigenvalue,
                "frobenius_distance": None if of_repair is None else of_repair.frobenius_distance,
                "largest_change": None if of_repair is None else of_repair.largest_change,
            }
        )
    return table(keys, _columns(rows))


def rejected(rejections: Iterable[Rejection]) -> list[Finding]:
    return [Finding("ASSET_REJECTED", item.asset_id, item.reason) for item in rejections]


def _mean(values: np.ndarray) -> float | None:
    """The mean of the paths that have a figure; None where none has."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, pa.Array]:
    return {name: pa.array([row[name] for row in rows]) for name in rows[0]}
