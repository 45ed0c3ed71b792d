"""What notebooks and marts call for the performance of a fund or an investment. The formulas stand in the modules below.

`irr` has the money-weighted returns, `multiples` the ratios to paid-in capital.
Source: fund-admin 3.1 and 3.2.
"""

from __future__ import annotations

from calculations.irr import Return, horizon, since_inception, xirr
from calculations.multiples import Ratio, dpi, moic, pic, rvpi, tvpi

__all__ = [
    "Ratio",
    "Return",
    "dpi",
    "horizon",
    "moic",
    "pic",
    "rvpi",
    "since_inception",
    "tvpi",
    "xirr",
]
