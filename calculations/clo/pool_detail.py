"""What only some deals ask of their collateral, beside `PoolFlows`: by scenario and deal period. How it comes about, and
what the deal does with it, does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from calculations.clo.columns import Floats
from calculations.clo.funding import FundingPath
from calculations.clo.pool_flows import RatedBalances


@dataclass(frozen=True, eq=False)
class PoolDetail:
    """Flows of shape (scenarios, periods), in deal currency; None and empty where nothing is known.

    `rare_interest` is the part of the pool's interest that loans pay which pay less often than the deal, by the deal
    periods that a payment spans. `shares` are shares of par at each period's end, by name: `months_between_above 3` is
    that of loans which pay less often than every three months. `close_out` is what closing hedges of defaulted par
    brings, below 0 what it costs. `accrued_recovered` is purchased accrued interest that its own asset's coupon brought
    back, `accrued_written_off` that of assets sold or defaulted. `discount` are discount obligations with their purchase
    prices, those left out that a CCC excess carries lower. `longer_index` is the index of the tenor that a deal goes
    over to, also (periods,). `funding` pays draws on commitments; `deferring_haircut` (scenarios, periods + 1) is what par
    of loans that defer for too long is worth less than par. Source: clo-extensions 3.1, 3.2, 3.5, 3.6, 4.10, 4.12, 4.14.
    """

    rare_interest: Mapping[int, Floats] = field(default_factory=dict)
    shares: Mapping[str, Floats] = field(default_factory=dict)
    close_out: Floats | None = None
    accrued_recovered: Floats | None = None
    accrued_written_off: Floats | None = None
    discount: RatedBalances | None = None
    longer_index: Floats | None = None
    funding: FundingPath | None = None
    deferring_haircut: Floats | None = None

    def of_scenarios(self, rows: slice) -> PoolDetail:
        """The detail of some scenarios."""

        def part(array: Floats | None) -> Floats | None:
            return None if array is None else array[rows]

        index = self.longer_index
        return PoolDetail(
            rare_interest={spans: flow[rows] for spans, flow in self.rare_interest.items()},
            shares={name: share[rows] for name, share in self.shares.items()},
            close_out=part(self.close_out),
            accrued_recovered=part(self.accrued_recovered),
            accrued_written_off=part(self.accrued_written_off),
            discount=None if self.discount is None else self.discount.of_scenarios(rows),
            funding=None if self.funding is None else self.funding.of_scenarios(rows),
            deferring_haircut=part(self.deferring_haircut),
            longer_index=index if index is None or index.ndim == 1 else index[rows],
        )


def share_name(months: int) -> str:
    """The name under `shares` of loans that pay less often than every `months` months."""
    return f"months_between_above {months}"
