"""What an event does to a balance, as fractions of it: the same few columns for every kind. When it happens is not here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calculations.clo.collateral.features import AssetEvent
from calculations.clo.columns import Flags, Floats

# Columns of `event_terms`: fractions of the balance before the event, two of what it has accrued, the last of what is unfunded.
DEFAULTED, WRITTEN_DOWN, REPAID, PREMIUM, FEE, PAID, CAPITALISED, WITHDRAWN = range(8)
EVENT_COLUMNS = 8


def event_terms(events: Sequence[AssetEvent], is_event: Flags) -> Floats:
    """Fractions by row (rows, 8) from events in order, one for each row that `is_event`; zero elsewhere.

    Defaulted and written down, repaid, premium in principal proceeds, fees and premium in interest proceeds; then how
    much of the accrued interest is paid or capitalised, and how much of the commitment goes with what defaults or is
    sold. Interest accrued on what defaults is lost. Source: clo-extensions 3.4.
    """
    found = np.zeros((is_event.size, EVENT_COLUMNS))
    for row, event in zip(np.flatnonzero(is_event).tolist(), events, strict=True):
        if event.kind == "forced_default":
            found[row, DEFAULTED] = found[row, WITHDRAWN] = event.fraction
        elif event.kind == "restructuring":
            found[row, WRITTEN_DOWN] = event.fraction
            found[row, PAID] = float(event.accrued == "paid")
            found[row, CAPITALISED] = float(event.accrued == "capitalised")
        elif event.kind == "amend_extend":
            found[row, FEE] = event.fee
        else:  # a call or a sale settles the interest of what it repays
            premium = event.fraction * (event.price - 1.0)
            found[row, REPAID] = found[row, PAID] = event.fraction
            found[row, WITHDRAWN] = event.fraction if event.kind == "sale" else 0.0
            found[row, PREMIUM if event.premium_as == "principal" else FEE] = premium
    return found
