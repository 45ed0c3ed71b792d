"""Which terms rule a partner on a date: the investor's own, else those of its class, else the fund's. What terms mean is in `terms`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from calculations.funds.waterfall.terms import WaterfallTerms, without_carry


@dataclass(frozen=True)
class AgreedTerms:
    """Terms from `effective_date` until `expiry_date`, which is no longer ruled; None means open or everybody's."""

    terms: WaterfallTerms
    effective_date: dt.date
    expiry_date: dt.date | None = None
    class_code: str | None = None
    investor_id: str | None = None

    def rules(self, date: dt.date) -> bool:
        return self.effective_date <= date and (self.expiry_date is None or date < self.expiry_date)


@dataclass(frozen=True)
class Partner:
    """A partner; one who pays no carry, such as the GP on its commitment, has the whole of its part.

    Where an investor holds several commitments and each is a partner of its own, `investor` names whose terms it has.
    """

    partner_id: str
    class_code: str | None = None
    pays_carry: bool = True
    investor_id: str | None = None

    @property
    def investor(self) -> str:
        return self.investor_id or self.partner_id


Schedule = tuple[tuple[dt.date, WaterfallTerms], ...]


def terms_in_force(agreed: Sequence[AgreedTerms], partners: Sequence[Partner], date: dt.date) -> list[WaterfallTerms]:
    """The terms of each partner on `date`.

    Raises ValueError where none are in force for a partner, or two that are equally specific.
    Source: input-contracts 3 (Fund Terms); fund-admin 1.2.
    """
    ruling = [entry for entry in agreed if entry.rules(date)]
    return [_only(ruling, partner, date) for partner in partners]


def _only(ruling: Sequence[AgreedTerms], partner: Partner, date: dt.date) -> WaterfallTerms:
    found = most_specific(ruling, partner)
    if len(found) != 1:
        raise ValueError(
            f"waterfall terms of {partner.partner_id} on {date}: expected one set in force, found {len(found)}"
        )
    return found[0].terms if partner.pays_carry else without_carry(found[0].terms)


def most_specific(ruling: Sequence[AgreedTerms], partner: Partner) -> list[AgreedTerms]:
    """Of terms that rule on one day, those of the partner: the investor's own, else its class's, else the fund's."""
    own = [entry for entry in ruling if entry.investor_id == partner.investor]
    of_class = [e for e in ruling if e.investor_id is None and e.class_code and e.class_code == partner.class_code]
    return own or of_class or [entry for entry in ruling if entry.investor_id is None and entry.class_code is None]


def schedules(
    agreed: Sequence[AgreedTerms], partners: Sequence[Partner], first: dt.date, last: dt.date
) -> list[Schedule]:
    """The terms of each partner from `first` to `last`: each set with the date from which it rules.

    Raises ValueError as `terms_in_force` does, for every date on which terms change.
    """
    bounds = {date for entry in agreed for date in (entry.effective_date, entry.expiry_date) if date is not None}
    dates = [first, *sorted(date for date in bounds if first < date <= last)]
    with_own = {entry.investor_id for entry in agreed}
    # Partners of one class and no terms of their own have the same: they are looked up once.
    kinds = [(p.investor if p.investor in with_own else None, p.class_code, p.pays_carry) for p in partners]
    one_of_each = dict(zip(kinds, partners, strict=True))
    rows = [terms_in_force(agreed, list(one_of_each.values()), date) for date in dates]
    found = {
        kind: tuple(
            (date, row[place])
            for i, (date, row) in enumerate(zip(dates, rows, strict=True))
            if i == 0 or row[place] != rows[i - 1][place]
        )
        for place, kind in enumerate(one_of_each)
    }
    return [found[kind] for kind in kinds]
