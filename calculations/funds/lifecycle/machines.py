"""Status machines: which status of one type of entity may follow which, as status_machines.yaml states it. Checking moves that
were made does not belong here.

Source: fund-admin 1.9, 1.2; input-contracts 3, sheet Status Events.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import RootModel, model_validator

from calculations.exact_yaml import Terms, read_policy

FILE = Path(__file__).with_name("status_machines.yaml")


class StatusMachine(Terms):
    """The moves of one type of entity: `legal` always, `by_reversal` where something done is reversed."""

    legal: Mapping[str, tuple[str, ...]]
    by_reversal: Mapping[str, tuple[str, ...]] = {}
    terminal: tuple[str, ...]
    aliases: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _says_one_thing(self) -> StatusMachine:
        final = {status for status in self.statuses if not self.legal.get(status)}
        if final != {*self.terminal}:
            raise ValueError(f"terminal must be the statuses that no legal move leaves, {sorted(final)}")
        twice = [
            f"{before} to {after}"
            for before, following in self.by_reversal.items()
            for after in following
            if after in self.legal.get(before, ())
        ]
        if twice:
            raise ValueError(f"a move is legal or by reversal, not both: {', '.join(twice)}")
        still = [status for status in self.statuses if status in self.legal.get(status, ())]
        if still:
            raise ValueError(f"a status is no move to itself: {', '.join(still)}")
        wrong = [a for a, status in self.aliases.items() if a in self.statuses or status not in self.statuses]
        if wrong:
            raise ValueError(f"an alias is another name of a status, and itself none: {', '.join(wrong)}")
        return self

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status, in the order in which the machine first names it."""
        steps = (*self.legal.items(), *self.by_reversal.items())
        named = [status for before, following in steps for status in (before, *following)]
        return tuple(dict.fromkeys((*self.legal, *named, *self.terminal)))

    def status(self, text: str) -> str | None:
        """The status that a text names, in any case and with blanks or hyphens; None where it names none."""
        code = text.strip().upper().replace(" ", "_").replace("-", "_")
        code = self.aliases.get(code, code)
        return code if code in self.statuses else None

    def may_follow(self, before: str, after: str, *, is_reversal: bool = False) -> bool:
        """Whether `after` may come next after `before`; both as the machine writes them."""
        return after in self.legal.get(before, ()) or (is_reversal and after in self.by_reversal.get(before, ()))

    def allowed(self) -> NDArray[np.bool_]:
        """(2, statuses, statuses): may the second status follow the first, without and with a reversal."""
        names = self.statuses
        table = [
            [[self.may_follow(b, a, is_reversal=reversal) for a in names] for b in names] for reversal in (False, True)
        ]
        return np.array(table, dtype=np.bool_)

    def expected_after(self, before: str) -> str:
        """What may follow `before`, in words for a finding."""
        parts = [f"one of {', '.join(self.legal[before])}"] if self.legal.get(before) else []
        if self.by_reversal.get(before):
            parts.append(f"{' or '.join(self.by_reversal[before])} by a reversal")
        return ", or ".join(parts) or f"nothing more after {before}"


class StatusMachines(RootModel[Mapping[str, StatusMachine]]):
    """The machines by type of entity."""


def machines(path: Path = FILE) -> Mapping[str, StatusMachine]:
    """The machines by type of entity, as the file has them now. Raises ValueError, naming file and key, where it is wrong."""
    return read_policy(path, StatusMachines).root
