"""What a purchase or sale of an asset does to par held and principal cash. Which trades are good does not belong here.

Prices are percent of par, as quoted. Accrued interest changes hands only where the caller gives it, as a fraction of par.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations.clo.columns import Floats

NOTHING_LEFT = 1.0  # currency units of par up to which a holding is gone


@dataclass(frozen=True, eq=False)
class Trade:
    """Par that changed hands, the par then held, and the principal cash then left; arrays of one shape."""

    par: Floats
    held: Floats
    cash: Floats


def purchase(par: Any, price: Any, market_value: Any, held: Any, cash: Any, accrued: Any = 0.0) -> Trade:
    """Buys up to `par` of an asset of which `held` is held, as far as the principal cash goes.

    Every argument is a number or an array, and they broadcast; each entry is a trade of its own. Without a price (None or
    nan) the market value counts. Overdrawn cash buys nothing and stays as it is. Raises ValueError where an amount is
    negative, or neither price nor market value is above zero: nothing is bought for nothing.
    Source: clo-compliance 5.1, Q30; clo-collateral-engine 4.7, Q31.
    """
    clean = _fraction(price, market_value)
    if not (clean > 0).all():
        raise ValueError(f"a purchase needs a price above zero, found {100 * float(clean.min()):g}")
    par, held, cash, unit = _amounts(par, held, cash, clean + _numbers(accrued))
    affordable = np.maximum(0.0, cash) / unit
    bought = np.minimum(par, affordable)
    # What cash limits spends exactly what there is, so that no dust of it is left.
    spent = np.where((affordable > 0) & (affordable < par), cash, bought * unit)
    return Trade(par=bought, held=held + bought, cash=cash - spent)


def sale(par: Any, price: Any, market_value: Any, held: Any, cash: Any, accrued: Any = 0.0) -> Trade:
    """Sells up to `par` of what is held; a holding of one unit or less that is left over is gone.

    Arguments as for `purchase`. Raises ValueError where neither price nor market value is known, or an amount is negative.
    Source: clo-compliance 5.1; clo-collateral-engine 4.7.
    """
    par, held, cash, unit = _amounts(par, held, cash, _fraction(price, market_value) + _numbers(accrued))
    sold = np.minimum(par, held)
    left = held - sold
    return Trade(par=sold, held=np.where(left <= NOTHING_LEFT, 0.0, left), cash=cash + sold * unit)


def _fraction(price: Any, market_value: Any) -> Floats:
    quoted = _numbers(price)
    known = np.where(np.isnan(quoted), _numbers(market_value), quoted)
    if (is_wrong := ~(np.isfinite(known) & (known >= 0))).any():
        found = known[is_wrong].flat[0]
        raise ValueError(f"a trade needs a price or a market value in percent of par >= 0, found {found!r}")
    return known / 100.0


def _amounts(par: Any, held: Any, cash: Any, unit: Any) -> tuple[Floats, Floats, Floats, Floats]:
    par, held, cash, unit = np.broadcast_arrays(_numbers(par), _numbers(held), _numbers(cash), _numbers(unit))
    for name, amount in (("par", par), ("held", held)):
        if (is_wrong := ~(np.isfinite(amount) & (amount >= 0))).any():
            raise ValueError(f"{name} must be an amount >= 0, found {amount[is_wrong].flat[0]!r}")
    return par, held, cash, unit


def _numbers(value: Any) -> Floats:
    return np.asarray(np.nan if value is None else value, dtype=np.float64)
