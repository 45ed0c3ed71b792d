"""What must hold of funds as a whole: their size, and how much of it is allocated. Single allocations do not belong here.

Source: fund-admin 1.9, rows fund commitment and fund utilisation.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from calculations.clo.columns import Flags
from calculations.exact.minor_units import as_money
from calculations.funds.lifecycle.allocations import Allocations, Funds
from calculations.funds.lifecycle.findings import Finding, Groups, Severity, found
from calculations.funds.lifecycle.limits import Limits


def fund_findings(funds: Funds, rows: Allocations, limits: Limits) -> tuple[Finding, ...]:
    """Funds of a size outside the limits, and those of whose commitments too large a part is allocated.

    Written-off allocations count: their money is spent. Commitments of zero with allocations are used up entirely.
    Source: fund-admin 1.9, rows fund commitment and fund utilisation.
    """
    low, high = limits.fund_commitment_minimum, limits.fund_commitment_maximum
    place = {fund_id: number for number, fund_id in enumerate(funds.fund_id.tolist())}
    groups = Groups.of(rows.fund_id)
    total = groups.sums(rows.amount)
    names = rows.fund_id[groups.first].tolist()
    if unknown := [name for name in names if name not in place]:
        raise ValueError(f"every allocation needs its fund among the funds, found none for {', '.join(unknown[:5])}")
    allocated = np.zeros(funds.fund_id.size, dtype=np.int64)
    allocated[[place[name] for name in names]] = total

    def share_above(limit: Decimal) -> Flags:
        top, bottom = limit.as_integer_ratio()
        return np.asarray(allocated * bottom > funds.commitments * top)

    is_over, is_near = share_above(limits.utilisation_limit), share_above(limits.utilisation_warning)

    def used(i: int) -> str:
        return f"{as_money(allocated[i], funds.scale[i])} of {as_money(funds.commitments[i], funds.scale[i])}"

    return (
        *found(
            "FUND_COMMITMENT",
            Severity.CRITICAL,
            "FUND",
            funds.fund_id,
            (funds.capacity < low * funds.scale) | (funds.capacity > high * funds.scale),
            lambda i: f"fund size must be {low} to {high}, found {as_money(funds.capacity[i], funds.scale[i])}",
        ),
        *found(
            "FUND_UTILISATION",
            Severity.CRITICAL,
            "FUND",
            funds.fund_id,
            is_over,
            lambda i: f"at most {limits.utilisation_limit} of commitments may be allocated, found {used(i)}",
        ),
        *found(
            "FUND_UTILISATION_HIGH",
            Severity.WARNING,
            "FUND",
            funds.fund_id,
            is_near & ~is_over,
            lambda i: f"above {limits.utilisation_warning} of commitments allocated is looked at, found {used(i)}",
        ),
    )
