"""Tiers as rows that explain themselves: one per partner and tier. Computing tiers is in `tiers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.funds.waterfall.book import ALL, oldest_first
from calculations.funds.waterfall.distribution import Distribution
from calculations.funds.waterfall.tiers import Tier, TierName

# Names in formulas; a column each, missing (NaN) in tiers whose formula does not use it.
VALUES = (
    "unreturned_capital",
    "preferred_return",
    "lp_profit",
    "gp_carry",
    "carry",
    "share",
    "distribution",
    "part",
)
BALANCES = ("unreturned_capital", "preferred_return", "lp_profit", "gp_carry")

Columns = dict[str, NDArray[Any]]


def audit_rows(distribution_id: str, distribution: Distribution, partner_ids: Sequence[str]) -> Columns:
    """Columns of equal length, tier by tier and in a tier partner by partner; amounts in minor units.

    distribution_id, partner_id, tier_number, tier_name, label, step_kind (ALLOCATION, or ADJUSTMENT off the top),
    hurdles_met; available (the input), due, gp_share, amount_lp, amount_gp, amount_other; formula, of `due` before
    rounding, and its values by name (longdouble, NaN where the formula does not use them);
    unreturned_capital, preferred_return, lp_profit, gp_carry each with _before and _after: capital of all lots, the
    others of the set of capital that the tier pays, preferred return to the first hurdle. A row alone gives amounts again:
    amount = min(available, round_half_up(formula)); amount_lp = round_half_up((1 - gp_share) x amount), the rest is
    the GP's; off the top, all is amount_other. tax_advance_before, tax_advance_deducted and tax_advance_after follow
    what the GP was advanced: the first carry of a distribution repays it. Source: fund-admin 1.2 (tier_audit), D-6.
    """
    parts = [_rows(distribution_id, tier, np.array(partner_ids, dtype=object)) for tier in distribution.tiers]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    deducted = oldest_first(distribution.advances, np.stack([tier.amount_gp for tier in distribution.tiers]))
    after = distribution.advances - np.cumsum(deducted, axis=0)
    advances = {"before": after + deducted, "deducted": deducted, "after": after}
    return columns | {f"tax_advance_{name}": amounts.ravel() for name, amounts in advances.items()}


def _rows(distribution_id: str, tier: Tier, partner_ids: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
    count = partner_ids.size

    def same(value: object) -> NDArray[Any]:
        return np.full(count, value, dtype=object)

    missing = np.full(count, np.nan, dtype=np.longdouble)
    columns: Columns = {
        "distribution_id": same(distribution_id),
        "partner_id": partner_ids,
        "tier_number": np.full(count, tier.number),
        "tier_name": same(tier.name.value),
        "label": same(tier.label),
        "step_kind": same("ADJUSTMENT" if tier.name == TierName.OFF_THE_TOP else "ALLOCATION"),
        "hurdles_met": np.full(count, tier.hurdles_met),
        "available": tier.available,
        "due": tier.due,
        "gp_share": same(tier.gp_share),
        "amount_lp": tier.amount_lp,
        "amount_gp": tier.amount_gp,
        "amount_other": tier.amount_other,
        "formula": same(tier.formula),
    }
    for name in VALUES:
        columns[name] = tier.values[name].astype(np.longdouble) if name in tier.values else missing
    for moment, book in (("before", tier.before), ("after", tier.after)):
        account = book.account(tier.sleeve)
        preferred = book.preferred(0, tier.rows, tier.sleeve) if book.hurdles else missing
        balances: tuple[NDArray[Any], ...] = (book.unreturned(ALL), preferred, account.profit, account.carry)
        for name, balance in zip(BALANCES, balances, strict=True):
            columns[f"{name}_{moment}"] = balance
    return columns
