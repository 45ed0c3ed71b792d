"""What is assumed of a pool: prepayment, default, severity, lag and the index, by scenario. No flows, no deal terms.

A rate is one number or one per interest period of an asset, counted from the analysis date; the last one holds on.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from calculations.curves import Curve

Rates = float | tuple[float, ...]
RATING: Literal["RATING"] = "RATING"


def vector(rates: Rates) -> tuple[float, ...]:
    """The rates by period of a constant or a vector."""
    return (float(rates),) if isinstance(rates, int | float) else tuple(rates)


@dataclass(frozen=True)
class Assumptions:
    """CPR, CDR and severity as decimal fractions, and the months from a default to its recovery.

    `cdr` RATING lets an asset default where an agency rates it D, and not otherwise. Raises ValueError for a rate
    outside 0 to 1, an empty vector, or a negative lag. Source: clo-collateral-engine 1.1, 1.9, Q8.
    """

    cpr: Rates = 0.0
    cdr: Rates | Literal["RATING"] = 0.0
    severity: Rates = 0.0
    lag_months: int = 0

    def __post_init__(self) -> None:
        for name in ("cpr", "cdr", "severity"):
            value = getattr(self, name)
            if name == "cdr" and value == RATING:
                continue
            if not vector(value):
                raise ValueError(f"{name} must be a rate or at least one rate by period, found {value!r}")
            for period, rate in enumerate(vector(value), start=1):
                if not (math.isfinite(rate) and 0 <= rate <= 1):
                    raise ValueError(f"{name} must be a fraction from 0 to 1, found {rate!r} in period {period}")
        if self.lag_months != int(self.lag_months) or self.lag_months < 0:
            raise ValueError(f"lag_months must be a whole number >= 0, found {self.lag_months!r}")


@dataclass(frozen=True)
class ReinvestmentTerms:
    """What principal buys: loans of one kind, all bullets. Price as a fraction of par.

    Source: clo-collateral-engine 3, 3.2.
    """

    spread: float
    floor: float
    maturity_months: int
    price: float = 1.0
    assumptions: Assumptions = Assumptions()

    def __post_init__(self) -> None:
        if self.assumptions.cdr == RATING:
            raise ValueError(f"cdr of reinvested loans, which have no rating, must be a rate, found {RATING!r}")
        if self.maturity_months < 1:
            raise ValueError(f"maturity_months must be a whole number >= 1, found {self.maturity_months!r}")
        if not (math.isfinite(self.price) and self.price > 0):
            raise ValueError(f"price must be a fraction of par > 0, found {self.price!r}")


@dataclass(frozen=True)
class Scenario:
    """One set of assumptions. `by_asset` holds those of single assets, which beat the ones for all.

    Without a curve a floater keeps its first coupon; a parallel shift is a curve of its own, `curve.shifted(h)`.
    `spot_rates` are deal currency per unit of another one, by currency and date; the last one is held.
    """

    name: str
    assumptions: Assumptions = Assumptions()
    curve: Curve | None = None
    by_asset: Mapping[str, Assumptions] = field(default_factory=dict)
    reinvestment: ReinvestmentTerms | None = None
    liquidation_price: float = 1.0
    spot_rates: Mapping[str, Mapping[dt.date, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError(f"a scenario must have a name, found {self.name!r}")
        if not (math.isfinite(self.liquidation_price) and self.liquidation_price >= 0):
            raise ValueError(
                f"scenario {self.name}: liquidation_price must be a fraction of par >= 0, "
                f"found {self.liquidation_price!r}"
            )


@dataclass(frozen=True)
class Scenarios:
    """Scenarios in order, each with a name of its own."""

    items: tuple[Scenario, ...]

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("at least one scenario is needed, found none")
        name, count = Counter(self.names).most_common(1)[0]
        if count > 1:
            raise ValueError(f"scenario names must differ, found {name!r} {count} times")

    @classmethod
    def of(cls, scenarios: Iterable[Scenario]) -> Scenarios:
        """The scenarios of any iterable, in its order."""
        return cls(tuple(scenarios))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.items)

    def __len__(self) -> int:
        return len(self.items)
