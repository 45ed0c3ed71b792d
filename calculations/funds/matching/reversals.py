"""Pairs entries that reverse another with the one they reverse. Matching the others does not belong here.

Source: input-contracts 5.5.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from calculations.funds.matching.dated import WINDOW, DatedIndex
from calculations.funds.matching.records import Entry

Key = tuple[str, str]


@dataclass(frozen=True)
class Pairs:
    """`original` of each reversal that has one; `candidates` of each that may have several, in no order."""

    original: Mapping[Key, Entry]
    candidates: Mapping[Key, tuple[Entry, ...]]


@dataclass(frozen=True)
class _Trait:
    """What a reversal and its original share; None shares nothing. `has_window`: too weak to reach further back."""

    of: Callable[[Entry], str | None]
    has_window: bool


# The surest first.
_TRAITS = (
    _Trait(lambda entry: entry.bank_reference, has_window=False),
    _Trait(lambda entry: entry.reference, has_window=False),
    _Trait(lambda entry: entry.investor_id, has_window=True),
    _Trait(lambda entry: "", has_window=True),
)


def pair_reversals(entries: Sequence[Entry]) -> Pairs:
    """For each entry marked as a reversal the entry of the same account and currency, of the opposite amount and no later
    value date, that shares the bank's reference with it; else the payer's; else the investor, or nothing more, within five
    days.

    The first of these that any entry shares decides: one entry is the original, several leave the reversal open, and what
    two reversals claim is neither's.
    """
    reversals = sorted((entry for entry in entries if entry.is_reversal), key=lambda entry: entry.key)
    left = [entry for entry in entries if not entry.is_reversal] if reversals else []
    original: dict[Key, Entry] = {}
    candidates: dict[Key, tuple[Entry, ...]] = {}
    for trait in _TRAITS:
        fitting = _fitting(trait, [r for r in reversals if r.key not in original and r.key not in candidates], left)
        claims = Counter(entry.key for found in fitting.values() for entry in found)
        for key, found in fitting.items():
            if len(found) == 1 and claims[found[0].key] == 1:
                original[key] = found[0]
            else:
                candidates[key] = tuple(found)
        taken = {entry.key for entry in original.values()}
        left = [entry for entry in left if entry.key not in taken]
    return Pairs(original, candidates)


def _fitting(trait: _Trait, reversals: Sequence[Entry], left: Iterable[Entry]) -> dict[Key, list[Entry]]:
    """The entries that each reversal may reverse, without reversals that share nothing with any."""
    index = DatedIndex(
        ((entry.account_id, entry.currency, entry.amount, shared), entry.value_date, entry)
        for entry in left
        if (shared := trait.of(entry)) is not None
    )
    fitting = {}
    for reversal in reversals:
        shared = trait.of(reversal)
        if shared is None:
            continue
        first = reversal.value_date - WINDOW if trait.has_window else dt.date.min
        key = (reversal.account_id, reversal.currency, -reversal.amount, shared)
        found = index.between(key, first, reversal.value_date)
        if found:
            fitting[reversal.key] = found
    return fitting
