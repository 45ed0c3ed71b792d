"""A CLO deal's liabilities: what its documents say, read from a deal file, and who is paid what on each payment date.

Where the collateral's cash comes from does not belong here (see `pool_flows`), nor do risk measures of a note.
"""

from calculations.clo.deal.load import load, loads
from calculations.clo.deal.problems import DealError

__all__ = ["DealError", "load", "loads"]
