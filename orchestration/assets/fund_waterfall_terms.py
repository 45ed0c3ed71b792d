"""Partners and agreed terms of a fund, out of rows of its sheets. What terms mean and which sheet rules is in calculations."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall.agreements import Finding, Sheet, SideLetter, StatedTerms, agree, with_side_letters
from calculations.funds.waterfall.clawback import interim_test_dates
from calculations.funds.waterfall.events import Event, EventKind
from calculations.funds.waterfall.in_force import AgreedTerms, Partner, most_specific
from calculations.funds.waterfall.terms import Start
from orchestration.assets.fund_waterfall_inputs import Row, StatedFund


@dataclass(frozen=True)
class Agreement:
    """Who the partners are, in the order of their places, and whose terms rule; `committed` (partners,) minor units."""

    partners: tuple[Partner, ...]
    agreed: tuple[AgreedTerms, ...]
    committed: Ints
    findings: tuple[Finding, ...]

    @property
    def is_computable(self) -> bool:
        return not any(finding.blocks for finding in self.findings)


def read_agreement(stated: StatedFund) -> Agreement:
    """Partners are commitments: carry is stated notice by notice, and it is commitments that are transferred."""
    rows = stated.rows["partners"]
    partners = [Partner(r["commitment_id"], r["class_code"], not r["is_free_of_carry"], r["investor_id"]) for r in rows]
    takers = {row["taker"] for row in stated.rows["transfers"]}
    committed = np.array([0 if r["place"] in takers else r["committed"] for r in rows], dtype=np.int64)
    agreed, findings = agree([_stated(row) for row in stated.rows["terms"]])
    agreed, partners, more = with_side_letters(agreed, partners, [_letter(row) for row in stated.rows["letters"]])
    return Agreement(tuple(partners), tuple(agreed), committed, (*findings, *more))


def _stated(row: Row) -> StatedTerms:
    return StatedTerms(
        sheet=Sheet(row["sheet"]),
        stated_id=row["stated_id"],
        structure=json.loads(row["structure"]),
        effective_date=row["effective_date"],
        expiry_date=row["expiry_date"],
        class_code=row["class_code"],
        investor_id=row["investor_id"],
    )


def _letter(row: Row) -> SideLetter:
    return SideLetter(
        side_letter_id=row["side_letter_id"],
        investor_id=row["investor_id"],
        effective_date=row["effective_date"],
        expiry_date=row["expiry_date"],
        commitment_id=row["commitment_id"],
        carry=row["value_rate"] if row["provision"] == "CARRY_RATE" else None,
        hurdle_rate=row["value_rate"] if row["provision"] == "HURDLE" else None,
    )


class StartDates:
    """From which of its dates a contribution of a partner earns."""

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        starts = {each.terms.start for each in agreement.agreed}
        self._only = next(iter(starts)) if len(starts) == 1 else None
        self._of_terms = lru_cache(maxsize=None)(self._look_up)

    def __call__(self, place: int, due: dt.date) -> Start:
        """The start that rules on the due date. Raises ValueError where no terms do."""
        return self._only or self._of_terms(place, due)

    def _look_up(self, place: int, due: dt.date) -> Start:
        partner = self._agreement.partners[place]
        found = most_specific([each for each in self._agreement.agreed if each.rules(due)], partner)
        if len(found) != 1:
            raise ValueError(
                f"waterfall terms of {partner.partner_id} on {due}: expected one set in force, found {len(found)}"
            )
        return found[0].terms.start


def interim_test_days(
    agreed: Sequence[AgreedTerms], investment_period_end: dt.date | None, until: dt.date
) -> list[dt.date]:
    """The days on which terms in force test for an interim clawback."""
    if investment_period_end is None:
        return []
    days = {
        day
        for each in agreed
        for day in interim_test_dates(each.terms.clawback, investment_period_end, _last_in_force(each, until))
        if day >= each.effective_date
    }
    return sorted(days)


def _last_in_force(each: AgreedTerms, until: dt.date) -> dt.date:
    return min(until, each.expiry_date - dt.timedelta(days=1)) if each.expiry_date else until


def tests(agreed: Sequence[AgreedTerms], investment_period_end: dt.date | None, until: dt.date) -> list[Event]:
    """Interim tests of clawback and tests that release escrow, each at year ends while terms ask for them.

    Terms name no day on which escrow is tested; the end of the year is that of the interim clawback.
    """
    clawbacks = interim_test_days(agreed, investment_period_end, until)
    releases = set[dt.date]()
    for each in agreed:
        last = _last_in_force(each, until)
        if each.terms.escrow is not None and each.terms.escrow.nav_coverage is not None:
            ends = (dt.date(year, 12, 31) for year in range(each.effective_date.year, last.year + 1))
            releases |= {end for end in ends if each.effective_date <= end <= last}
    return [
        *(Event(f"CLAWBACK-TEST|{day}", day, EventKind.INTERIM_CLAWBACK_TEST) for day in clawbacks),
        *(Event(f"ESCROW-TEST|{day}", day, EventKind.ESCROW_RELEASE) for day in sorted(releases)),
    ]
