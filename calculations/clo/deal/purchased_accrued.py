"""Purchased accrued interest asset by asset: what coupons bring back, and what defaults and sales write off. What the deal does
with it is in `proceeds`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from calculations.clo.collateral.kernel import DUST
from calculations.clo.columns import Floats
from calculations.clo.pool_flows import PoolFlows


def recovered_and_written_off(assets: Iterable[tuple[float, Floats, PoolFlows]]) -> tuple[Floats, Floats]:
    """What comes back and what is written off each period, both (scenarios, periods), of amounts owed, the interest that
    the assets pay the deal, and their flows in their own currency, which say what part of them performs.

    An asset's coupon repays what it still owes. Of an asset that defaults in part the same part is written off, before
    the coupon of that period; where nothing performs any more, what the last coupon left. The performing balance must
    hold capitalised interest, which defaults with the rest. Raises ValueError without any asset.
    Source: clo-extensions 4.10; clo-collateral-engine 1.10.
    """
    recovered: Floats | None = None
    written_off: Floats | None = None
    for amount, interest, flows in assets:
        if recovered is None or written_off is None:
            recovered, written_off = np.zeros(interest.shape), np.zeros(interest.shape)
        owed = np.full(interest.shape[0], amount)
        for i in range(interest.shape[1]):
            begins = flows.performing[:, i]
            share = np.divide(flows.defaults[:, i], begins, out=np.zeros(begins.shape), where=begins > 0)
            lost = owed * np.minimum(share, 1.0)
            back = np.minimum(interest[:, i], owed - lost)
            lost = np.where(flows.performing[:, i + 1] >= DUST, lost, owed - back)
            recovered[:, i] += back
            written_off[:, i] += lost
            owed = owed - back - lost
    if recovered is None or written_off is None:
        raise ValueError("purchased accrued interest: at least one asset must owe it, found none")
    return recovered, written_off
