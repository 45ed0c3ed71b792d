"""What a pool pays its deal and what each asset does, as results of a projection. How they come about is in `projection`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np

from calculations.clo.collateral.assets import Rejection
from calculations.clo.columns import Floats
from calculations.clo.pool_flows import PoolFlows, RatedBalances
from calculations.clo.ratings import Agency
from calculations.daycount import Days


@dataclass(frozen=True, eq=False)
class FeatureFlows:
    """What only some loans do, beside `PoolFlows`: flows (scenarios, periods), balances (scenarios, periods + 1).

    `draws` are paid out to borrowers and in the performing balance from then on; `capitalised` interest was not paid.
    `unfunded` is what may still be drawn, `deferring_haircut` what performing par of loans that defer for too long is
    worth less than par. `refills` are principal that revolvers repaid and may draw again, `redrawn` what others repaid
    of a draw in the row that drew it, `not_drawn` what was asked for and not paid. `pik_scheduled` and
    `pik_unscheduled` are the parts of principal that repaid capitalised interest, a call below par at its price. Source:
    clo-extensions 3.1, 3.2, 3.4.
    """

    draws: Floats
    capitalised: Floats
    unfunded: Floats
    deferring_haircut: Floats
    refills: Floats
    redrawn: Floats
    not_drawn: Floats
    pik_scheduled: Floats
    pik_unscheduled: Floats

    @classmethod
    def zeros(cls, scenarios: int, periods: int) -> FeatureFlows:
        balances = {"unfunded", "deferring_haircut"}
        return cls(**{f.name: np.zeros((scenarios, periods + (f.name in balances))) for f in fields(cls)})


@dataclass(frozen=True, eq=False)
class CollateralFlows:
    """What a pool pays its deal. `rated` are balances in each agency's CCC bucket; `rejections` took no part."""

    flows: PoolFlows
    features: FeatureFlows
    rated: dict[Agency, RatedBalances]
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True, eq=False)
class AssetFlows:
    """Rows of every asset in one scenario; arrays of shape (rows,), money in the deal's currency.

    Balances but `begin_balance` are at the end of the row. Source: clo-collateral-engine 1.11; clo-extensions 3.
    """

    scenario: str
    asset_id: tuple[str, ...]
    paid: Days
    accrual_begin: Days
    coupon: Floats
    begin_balance: Floats
    default: Floats
    default_value: Floats
    interest: Floats
    scheduled: Floats
    unscheduled: Floats
    recovery: Floats
    net_loss: Floats
    end_balance: Floats
    defaulted: Floats
    defaulted_value: Floats
    pik_interest: Floats
    pik_balance: Floats
    draw: Floats
    unfunded_balance: Floats
    fees: Floats
    premium: Floats
    restructuring_loss: Floats

    @property
    def total(self) -> Floats:
        """Cash of each row: interest and fees, principal with premium, recoveries."""
        return self.interest + self.fees + self.scheduled + self.unscheduled + self.premium + self.recovery

    def balance_on(self, asset_id: str, date: dt.date) -> float:
        """Balance of an asset at the end of a day: what it begins with before its first row, 0 after its last.

        Source: clo-collateral-engine 1.11.
        """
        is_asset = np.array([item == asset_id for item in self.asset_id], dtype=bool)
        paid, day = self.paid[is_asset], np.datetime64(date, "D")
        if not paid.size or day > paid[-1]:
            return 0.0
        on_or_before = int(np.searchsorted(paid, day, side="right"))
        if on_or_before == 0:
            return float(self.begin_balance[is_asset][0])
        return float(self.end_balance[is_asset][on_or_before - 1])
