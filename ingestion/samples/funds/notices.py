"""How a call of a demo fund is shared among commitments, portion by portion. When and why it is called does not belong here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ingestion.samples.funds.cents import share_out

OUTSIDE = "outside_commitment"
# Portions that an excused partner does not pay.
EXCUSABLE = "investment"


@dataclass(frozen=True)
class CallNotice:
    """What one commitment is called for, by portion; `base` is the commitment that its share followed from."""

    notice_id: str
    commitment_id: str
    base: int
    portions: dict[str, int] = field(repr=False)

    @property
    def amount(self) -> int:
        return sum(self.portions.values())

    @property
    def inside(self) -> int:
        """The part that uses up commitment."""
        return self.amount - self.portions.get(OUTSIDE, 0)

    def shifted(self, amount: int) -> CallNotice:
        """The notice with `amount` more, added to its largest portion."""
        if not amount:
            return self
        largest = max(self.portions, key=lambda name: self.portions[name])
        return replace(self, portions=self.portions | {largest: self.portions[largest] + amount})


def call_notices(
    call_id: str, portions: Mapping[str, int], force: Mapping[str, int], taking: Mapping[str, int]
) -> tuple[CallNotice, ...]:
    """Share a call portion by portion in proportion to `force`, so that each portion ties on its own.

    Where some partners of `force` do not take part in the investment, that portion is shared among `taking`.
    """
    by_portion = {
        name: share_out(amount, taking if name == EXCUSABLE else force) for name, amount in portions.items() if amount
    }
    return tuple(
        CallNotice(
            f"{call_id}-{party}", party, base, {name: shares.get(party, 0) for name, shares in by_portion.items()}
        )
        for party, base in force.items()
    )
