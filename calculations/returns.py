"""What notebooks and marts call for the performance of a fund or an investment. The formulas stand in the modules below.

`irr` has the money-weighted returns, `multiples` the ratios to paid-in capital, `pme` the comparison with an index.
Source: fund-admin 3.1 to 3.3.
"""

from __future__ import annotations

from calculations.asof import DatedValues
from calculations.irr import Return, horizon, since_inception, xirr
from calculations.multiples import Ratio, dpi, moic, pic, rvpi, tvpi
from calculations.pme import direct_alpha, future_values, ks_pme, ln_pme, m_pme, pme_plus

__all__ = [
    "DatedValues",
    "Ratio",
    "Return",
    "direct_alpha",
    "dpi",
    "future_values",
    "horizon",
    "ks_pme",
    "ln_pme",
    "m_pme",
    "moic",
    "pic",
    "pme_plus",
    "rvpi",
    "since_inception",
    "tvpi",
    "xirr",
]
