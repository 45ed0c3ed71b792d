"""A set of trades that is proposed, with what it does and how it was found. How to find one does not belong here."""

from __future__ import annotations

from dataclasses import dataclass

from calculations.clo.trading.baskets import Fill, Position
from calculations.clo.trading.hypothetical import Outcome


@dataclass(frozen=True)
class Step:
    """One trade that was made or refused on the way, and the objective after it; None where it is not stated."""

    fill: Fill
    objective: float | None
    remark: str = ""


@dataclass(frozen=True)
class Search:
    """How a programme was solved.

    `greedy` and `found` are objectives; `bound` is one that no choice of trades can exceed, None where none is proved;
    `gap` is that of the last programme as its solver reports it, a fraction, None where all par was continuous and the
    programme was solved to the end. `rounds` counts programmes, `cuts` the
    constraints added because a proposal broke a test.
    """

    greedy: float | None
    found: float | None
    bound: float | None
    gap: float | None
    seconds: float
    nodes: int
    rounds: int
    cuts: int

    @property
    def gap_to_bound(self) -> float | None:
        """How far below the bound the objective found is, as a fraction of it; None where no bound is proved."""
        if self.bound is None or not self.found:
            return None
        return max(0.0, self.bound - self.found) / self.found


@dataclass(frozen=True, eq=False)
class Proposal:
    """Trades, the position that they lead to, and the deal before and after them.

    `steps` is the log of a greedy search, `search` tells of a programme. No trades and a note where nothing was found.
    """

    position: Position
    outcome: Outcome
    method: str
    steps: tuple[Step, ...] = ()
    search: Search | None = None
    notes: tuple[str, ...] = ()

    @property
    def fills(self) -> tuple[Fill, ...]:
        return self.outcome.fills
