"""Late interest of many notices shared out, in arrays. What interest a notice bears is in `late` and `stretches`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.calendars import Flags
from calculations.daycount import Ints
from calculations.exact.sharing import allocate_many
from calculations.ragged import first_rows

FUND = -1


@dataclass(frozen=True, eq=False)
class InterestShares:
    """Shares of late interest, none of them zero, (rows,): the place of the interest, of who receives it, and minor units.

    `receiver` is the number of a notice of the same call, or FUND. Neither a contribution nor a distribution.
    """

    interest: Ints
    receiver: Ints
    amount: Ints


def share_interest(amounts: Ints, payer: Ints, to_partners: Flags, call: Ints, funded: Ints) -> InterestShares:
    """Interest to the fund, or in proportion to what the other notices of the payer's call brought in when it was due.

    `amounts`, `payer` and `to_partners` are (interests,), `payer` numbers of notices; `call` and `funded` are (notices,),
    notices in order of their calls and of commitments within one, which settles ties. The fund has the interest where no
    other notice of the call was funded. Raises ValueError for notices out of order. Source: fund-admin CC-7, M-3.
    """
    if (np.diff(call) < 0).any():
        raise ValueError("notices: expected those of each call together, in order of the calls")
    first, end = np.searchsorted(call, call[payer], side="left"), np.searchsorted(call, call[payer], side="right")
    counts = np.where(to_partners, end - first, 0)
    of_leg = np.repeat(np.arange(amounts.size), counts)
    offsets = first_rows(counts)
    notice = np.arange(of_leg.size) - offsets[of_leg] + first[of_leg]
    weights = np.where(notice == payer[of_leg], 0, funded[notice])
    whole = np.bincount(of_leg, weights=weights > 0, minlength=amounts.size) > 0
    shared = allocate_many(np.where(whole, amounts, 0), offsets, weights)
    kept = np.flatnonzero(shared)
    own = np.flatnonzero(~whole & (amounts != 0))
    interest = np.concatenate([of_leg[kept], own])
    order = np.argsort(interest, kind="stable")
    return InterestShares(
        interest[order],
        np.concatenate([notice[kept], np.full(own.size, FUND)])[order],
        np.concatenate([shared[kept], amounts[own]])[order],
    )
