"""Which old behaviours a calculation reproduces: a preset is a frozen set of quirk ids. What each one changes stands beside
the rule that it changes, not here.

`STANDARD` is the empty set and the default everywhere; `LEGACY` is parity with the old model. Source: clo-extensions 2.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from calculations.clo.reference import read_table

Preset = frozenset[str]

STANDARD: Preset = frozenset()


@dataclass(frozen=True)
class Quirk:
    """One behaviour of the old model.

    `outcome` says whether a preset can ask for it: `legacy` yes; `never`, it crashed or lost money; `parameter`, it is a
    term of the deal instead. `same_as` are the ids that it is another name for.
    """

    quirk_id: str
    outcome: Literal["legacy", "never", "parameter"]
    same_as: tuple[str, ...]
    description: str


@cache
def quirks() -> dict[str, Quirk]:
    """All known quirks by id."""
    return {
        row["quirk_id"]: Quirk(
            row["quirk_id"],
            row["outcome"],  # type: ignore[arg-type]
            tuple(row["same_as"].split()),
            row["description"],
        )
        for row in read_table("quirks")
    }


def preset(quirk_ids: Iterable[str]) -> Preset:
    """The set of these quirks, each under its first name.

    Raises ValueError for an id that is not known, or that no preset can ask for.
    """
    wanted: set[str] = set()
    for quirk_id in quirk_ids:
        quirk = quirks().get(quirk_id)
        if quirk is None:
            raise ValueError(f"quirk must be a known id such as COL-07, found {quirk_id!r}")
        if quirk.outcome != "legacy":
            why = "it is never reproduced" if quirk.outcome == "never" else "it is a term of the deal"
            raise ValueError(f"quirk {quirk_id} can be in no preset: {why}")
        wanted.update(quirk.same_as or (quirk_id,))
    return frozenset(wanted)


LEGACY: Preset = preset(quirk_id for quirk_id, quirk in quirks().items() if quirk.outcome == "legacy")
