"""Who is charged management fees together and on which terms: classes, and investors with terms of their own. No amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from calculations.funds.fees.terms import FeeLetter, FeeTerms, with_side_letter


@dataclass(frozen=True, order=True)
class Payer:
    """A class of a fund, or one investor of it, charged as one; an empty `investor_id` means all others of the class."""

    class_code: str
    investor_id: str = ""


@dataclass(frozen=True)
class Commitment:
    """Whose commitment it is and of which class; an empty class is the fund's only one."""

    commitment_id: str
    investor_id: str
    class_code: str = ""


@dataclass(frozen=True)
class AgreedTerms:
    """Fee terms in force from `effective` until the day before `expiry`: an investor's, a class's, or else the fund's."""

    terms: FeeTerms
    effective: dt.date
    expiry: dt.date | None = None
    class_code: str | None = None
    investor_id: str | None = None

    def applies(self, payer: Payer, day: dt.date) -> bool:
        return (
            self.effective <= day
            and (self.expiry is None or day < self.expiry)
            and self.class_code in (None, payer.class_code)
            and self.investor_id in (None, payer.investor_id)
        )


def payer_of(commitment: Commitment, alone: Collection[str]) -> Payer:
    """The payer that a commitment is part of; investors `alone` are charged for themselves."""
    own = commitment.investor_id if commitment.investor_id in alone else ""
    return Payer(commitment.class_code, own)


def payers_of(commitments: Sequence[Commitment], alone: Collection[str]) -> tuple[Payer, ...]:
    """The payers of a fund in order, each once. A fee is a class's and sums to the fund's. Source: fund-admin F-1."""
    return tuple(sorted({payer_of(each, alone) for each in commitments}))


def terms_on(
    day: dt.date,
    payers: Sequence[Payer],
    agreed: Sequence[AgreedTerms],
    letters: Mapping[str, Sequence[FeeLetter]],
    exempt: Collection[str],
) -> tuple[FeeTerms | None, ...]:
    """What each payer pays on `day` (payers,): the most specific terms in force, under the side letters of an investor.

    None where no terms are in force and for classes that are `exempt`. Source: input-contracts 3, Fund Terms.
    """
    found: list[FeeTerms | None] = []
    for payer in payers:
        in_force = [each for each in agreed if each.applies(payer, day)]
        if not in_force or payer.class_code in exempt:
            found.append(None)
            continue
        terms = max(in_force, key=lambda e: (e.investor_id is not None, e.class_code is not None, e.effective)).terms
        for letter in letters.get(payer.investor_id, ()):
            terms = with_side_letter(terms, letter)
        found.append(terms)
    return tuple(found)


def changes_of_terms(agreed: Sequence[AgreedTerms], first: dt.date, until: dt.date) -> tuple[dt.date, ...]:
    """`first`, every later day before `until` on which terms come or go, and `until`, in order."""
    days = {day for each in agreed for day in (each.effective, each.expiry) if day is not None and first < day < until}
    return (first, *sorted(days), until)
