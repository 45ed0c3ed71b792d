"""Selling a pool at the end of a deal period. When a deal sells, and who is paid, does not belong here."""

from __future__ import annotations

from calculations.clo.columns import Flags, Floats
from calculations.clo.pool_flows import PoolFlows


def liquidate(flows: PoolFlows, period: int, price: Floats | float, mask: Flags) -> Floats:
    """Sells what is left at the end of a period, counted from 1, where `mask` (scenarios,) holds; cash of that shape.

    Performing balance fetches `price`, a fraction of par (scenarios,), defaulted balance what it is expected to
    recover. In those scenarios the rest is booked as net loss of the period, and balances from its end on and flows
    after it become zero, in place. Raises ValueError for a period that is not the pool's.
    Source: clo-collateral-engine 4.5.
    """
    if not 1 <= period <= flows.interest.shape[1]:
        raise ValueError(f"period must be from 1 to {flows.interest.shape[1]}, found {period}")
    performing, stock = flows.performing[:, period], flows.defaulted[:, period]
    value = flows.defaulted_value[:, period]
    cash: Floats = (price * performing + value) * mask
    flows.net_loss[:, period - 1] += (performing + stock) * mask - cash
    for name in PoolFlows.__dataclass_fields__:
        # A balance of column `period` is what this period ends with; a flow of that column comes after it.
        getattr(flows, name)[mask, period:] = 0.0
    return cash
