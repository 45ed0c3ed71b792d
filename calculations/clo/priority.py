"""Sequential payment of dues out of one pool of cash, with groups paid pro rata. What is due does not belong here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats


@dataclass(frozen=True, eq=False)
class SequentialPayment:
    """What was paid and what was left; `paid` and `unpaid` (scenarios, dues), `cash_left` (scenarios,)."""

    paid: Floats
    unpaid: Floats
    cash_left: Floats


def pay_sequential_interest(cash: Floats, dues: Floats, groups: Sequence[int] | None = None) -> SequentialPayment:
    """Pay dues in the order of their columns, each in full before the next gets anything.

    `cash` (scenarios,), `dues` (scenarios, dues), the most senior first. `groups` gives one number per column, never
    falling; columns with the same number stand alike, and where their dues exceed the cash they share it in
    proportion to what each is due. What no due takes is left. Raises ValueError for shapes that do not fit, for
    amounts that are negative or not finite, and for groups that fall.
    Source: clo-liabilities-waterfall 2.1, Q10; clo-extensions 4.8.
    """
    cash, dues = np.asarray(cash, dtype=np.float64), np.asarray(dues, dtype=np.float64)
    if cash.ndim != 1 or dues.ndim != 2 or dues.shape[0] != cash.size:
        raise ValueError(f"expected cash (scenarios,) and dues (scenarios, dues), found {cash.shape} and {dues.shape}")
    for name, amounts in (("cash", cash), ("dues", dues)):
        if not (np.isfinite(amounts) & (amounts >= 0)).all():
            raise ValueError(f"{name} must be finite amounts >= 0, found {amounts[~(amounts >= 0)].tolist()[:5]}")
    order = list(range(dues.shape[1])) if groups is None else list(groups)
    if len(order) != dues.shape[1] or order != sorted(order):
        raise ValueError(f"expected {dues.shape[1]} group numbers that never fall, found {order}")

    paid = np.zeros_like(dues)
    left = cash.copy()
    for group in dict.fromkeys(order):
        columns = [position for position, number in enumerate(order) if number == group]
        paid[:, columns] = _pay_group(left, dues[:, columns])
        due = dues[:, columns].sum(axis=1)
        # Set to exactly zero where cash falls short, so that rounding never trickles to a junior due.
        left = np.where(due >= left, 0.0, left - due)
    return SequentialPayment(paid=paid, unpaid=dues - paid, cash_left=left)


def _pay_group(cash: Floats, dues: Floats) -> Floats:
    """Dues in full where cash covers them, otherwise the cash in proportion to them; (scenarios, legs)."""
    if dues.shape[1] == 1:
        return np.minimum(dues, cash[:, None])
    total = dues.sum(axis=1)
    is_covered = total <= cash
    share = np.divide(cash, total, out=np.zeros_like(cash), where=~is_covered)
    return np.where(is_covered[:, None], dues, np.minimum(dues, dues * share[:, None]))
