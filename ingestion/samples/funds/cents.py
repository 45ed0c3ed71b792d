"""Money of the demo funds in whole cents, and its sharing out so that the parts are the whole. What is shared does not belong here."""

from __future__ import annotations

from collections.abc import Mapping

MILLION = 100_000_000
THOUSAND = 100_000


def from_millions(amount: float) -> int:
    """Cents of an amount in millions."""
    return round(amount * MILLION)


def rounded(amount: float, unit: int = 1) -> int:
    """`amount` cents on a whole number of `unit` cents."""
    return round(amount / unit) * unit


def share_out(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Share `total` cents in proportion to `weights`; the cents missing go to the largest remainders, ties to the smaller id.

    A negative total is shared as the mirror image of the positive one. Source: fund-admin M-3.
    """
    whole = sum(weights.values())
    if whole <= 0:
        raise ValueError(f"expected weights above zero to share out {total}, found {len(weights)} weights, sum {whole}")
    floors = {party: divmod(abs(total) * weight, whole) for party, weight in weights.items()}
    missing = abs(total) - sum(floor for floor, _ in floors.values())
    first = sorted(floors, key=lambda party: (-floors[party][1], party))[:missing]
    sign = -1 if total < 0 else 1
    return {party: sign * (floor + (party in first)) for party, (floor, _) in floors.items()}
