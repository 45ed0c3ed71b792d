"""What a purchase or sale of an asset does to par held and principal cash. Which trades are good does not belong here.

Prices are percent of par, as quoted; no accrued interest changes hands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

NOTHING_LEFT = 1.0  # currency units of par up to which a holding is gone


@dataclass(frozen=True)
class Trade:
    """Par that changed hands at a price, the par then held, and the principal cash then left."""

    par: float
    held: float
    cash: float


def purchase(par: float, price: float | None, market_value: float | None, held: float, cash: float) -> Trade:
    """Buys up to `par` of an asset of which `held` is held, as far as the principal cash goes.

    Without a price the market value counts. Raises ValueError where neither is known or an amount is negative.
    Source: clo-collateral-engine 4.7, Q31.
    """
    fraction = _fraction(price, market_value)
    _check(par, held)
    affordable = max(0.0, cash) / fraction if fraction > 0 else par
    bought = min(par, affordable)
    spent = cash if 0 < affordable < par else bought * fraction  # spends exactly what there is
    return Trade(par=bought, held=held + bought, cash=cash - spent)


def sale(par: float, price: float | None, market_value: float | None, held: float, cash: float) -> Trade:
    """Sells up to `par` of what is held; a holding of one unit or less that is left over is gone.

    Without a price the market value counts. Raises ValueError where neither is known or an amount is negative.
    Source: clo-collateral-engine 4.7.
    """
    fraction = _fraction(price, market_value)
    _check(par, held)
    sold = min(par, held)
    left = held - sold
    return Trade(par=sold, held=0.0 if left <= NOTHING_LEFT else left, cash=cash + sold * fraction)


def _fraction(price: float | None, market_value: float | None) -> float:
    known = market_value if price is None else price
    if known is None or not (math.isfinite(known) and known >= 0):
        raise ValueError(f"a trade needs a price or a market value in percent of par >= 0, found {known!r}")
    return known / 100.0


def _check(par: float, held: float) -> None:
    for name, amount in (("par", par), ("held", held)):
        if not (math.isfinite(amount) and amount >= 0):
            raise ValueError(f"{name} must be an amount >= 0, found {amount!r}")
