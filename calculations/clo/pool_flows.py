"""What a pool of collateral pays to its deal and what is left of it, by scenario and deal period: the one interface between
collateral and liabilities. How flows come about, and who is paid, does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from calculations.clo.columns import Floats


@dataclass(frozen=True, eq=False)
class RatedBalances:
    """Performing balances at the start of each period of the assets an agency rates CCC/Caa or worse.

    `balances` is of shape (scenarios, periods + 1, assets); `prices`, fractions of par, of shape (assets,), cheapest first.
    `carried` is what of par counts already, of shape (assets,) or that of `balances`; None where all does: an asset in
    several categories counts once, at the lowest. `asset_ids` are empty where nobody asks. Source: clo-extensions 4.13.
    """

    balances: Floats
    prices: Floats
    asset_ids: tuple[str, ...] = ()
    carried: Floats | None = None

    @cached_property
    def loss(self) -> Floats:
        """What of par is lost where an asset counts at its price, (assets,) or (scenarios, periods + 1, assets)."""
        lost: Floats = np.maximum(0.0, (1.0 if self.carried is None else self.carried) - self.prices)
        return lost

    def of_scenarios(self, rows: slice) -> RatedBalances:
        """The balances of some scenarios."""
        carried = self.carried
        return replace(
            self,
            balances=self.balances[rows],
            carried=carried if carried is None or carried.ndim == 1 else carried[rows],
        )


@dataclass(frozen=True, eq=False)
class PoolFlows:
    """Flows of shape (scenarios, periods) and balances of shape (scenarios, periods + 1), in deal currency, unrounded.

    Column `i` of a flow is deal period `i + 1`; column `i` of a balance is the start of that period, the last one what is
    left after the last. `defaulted_value` is what defaulted par is expected to recover. Source: clo-collateral-engine 4.2.
    """

    interest: Floats
    scheduled: Floats
    unscheduled: Floats
    recoveries: Floats
    defaults: Floats
    default_value: Floats  # expected recovery of what defaults in the period
    net_loss: Floats
    performing: Floats
    defaulted: Floats
    defaulted_value: Floats

    @property
    def principal(self) -> Floats:
        """Scheduled and unscheduled principal and recoveries. Source: clo-collateral-engine 4.3."""
        return self.scheduled + self.unscheduled + self.recoveries

    @classmethod
    def zeros(cls, scenarios: int, periods: int) -> PoolFlows:
        balances = {"performing", "defaulted", "defaulted_value"}
        return cls(**{f.name: np.zeros((scenarios, periods + (f.name in balances))) for f in fields(cls)})
