"""From what sheets state about waterfalls to the agreed terms of a fund, and findings where they leave it open. Applying terms is in `replay`.

Fund Terms are the agreement. An active Waterfall Config rules its class, or the fund, only on days for which Fund Terms
state nothing of the same scope; the structure of an Investor Class only where neither does. A difference is a finding.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import combinations, pairwise
from typing import Any

from calculations.funds.waterfall.in_force import AgreedTerms, Partner, most_specific
from calculations.funds.waterfall.reading import read_terms
from calculations.funds.waterfall.terms import HurdleKind, RateHurdle, WaterfallTerms

OPEN = dt.date.max
Span = tuple[dt.date, dt.date]  # from a day until the day before another
Scope = tuple[str | None, str | None]  # class, investor


class Code(StrEnum):
    NO_TERMS = "NO_TERMS"
    MISSING_CONVENTION = "MISSING_CONVENTION"
    BAD_TERMS = "BAD_TERMS"
    OVERLAPPING_TERMS = "OVERLAPPING_TERMS"
    TERMS_DIFFER = "TERMS_DIFFER"
    BAD_SIDE_LETTER = "BAD_SIDE_LETTER"


@dataclass(frozen=True)
class Finding:
    """Why terms are in doubt; where it `blocks`, the fund has no waterfall until it is settled."""

    code: str
    subject: str
    message: str
    blocks: bool = True


class Sheet(StrEnum):
    """Where terms are stated, the ruling one first."""

    FUND_TERMS = "Fund Terms"
    WATERFALL_CONFIGS = "Waterfall Configs"
    INVESTOR_CLASSES = "Investor Classes"


@dataclass(frozen=True)
class StatedTerms:
    """A WATERFALL structure as a sheet states it, from `effective_date` until the day before `expiry_date`."""

    sheet: Sheet
    stated_id: str
    structure: Mapping[str, Any]
    effective_date: dt.date
    expiry_date: dt.date | None = None
    class_code: str | None = None
    investor_id: str | None = None

    @property
    def scope(self) -> Scope:
        return self.class_code, self.investor_id

    @property
    def span(self) -> Span:
        return self.effective_date, self.expiry_date or OPEN


@dataclass(frozen=True)
class SideLetter:
    """Carry or the rate of the hurdle that one investor, or one commitment of it, has instead; rates are fractions."""

    side_letter_id: str
    investor_id: str
    effective_date: dt.date
    expiry_date: dt.date | None = None
    commitment_id: str | None = None
    carry: Decimal | None = None
    hurdle_rate: Decimal | None = None

    def concerns(self, partner: Partner) -> bool:
        return self.commitment_id == partner.partner_id or (
            self.commitment_id is None and self.investor_id == partner.investor
        )


def agree(stated: Sequence[StatedTerms]) -> tuple[list[AgreedTerms], list[Finding]]:
    """The terms that rule, and what is wrong with the statements. Source: input-contracts 3 (Fund Terms); fund-admin 1.2."""
    findings: list[Finding] = []
    by_scope: dict[Scope, list[tuple[StatedTerms, WaterfallTerms]]] = defaultdict(list)
    for each in sorted(stated, key=lambda s: (list(Sheet).index(s.sheet), s.effective_date, s.stated_id)):
        terms = _read(each, findings)
        if terms is not None:
            by_scope[each.scope].append((each, terms))
    agreed: list[AgreedTerms] = []
    for (class_code, investor_id), entries in by_scope.items():
        findings += _overlaps(entries)
        covered: list[Span] = []
        for sheet in Sheet:
            of_sheet = [(each, terms) for each, terms in entries if each.sheet == sheet]
            for each, terms in of_sheet:
                findings += _differences(each, terms, entries)
                for start, end in _gaps(each.span, covered):
                    agreed.append(AgreedTerms(terms, start, None if end == OPEN else end, class_code, investor_id))
            covered += [each.span for each, _ in of_sheet]
    if not stated:
        message = "expected waterfall terms in Fund Terms, Waterfall Configs or Investor Classes, found none"
        findings.append(Finding(Code.NO_TERMS, "", message))
    return agreed, findings


def _read(stated: StatedTerms, findings: list[Finding]) -> WaterfallTerms | None:
    try:
        return read_terms(stated.structure)
    except ValueError as error:
        code = Code.MISSING_CONVENTION if _lacks_convention(stated.structure) else Code.BAD_TERMS
        findings.append(Finding(code, stated.stated_id, f"{stated.sheet}, {stated.stated_id}: {error}"))
        return None


def _lacks_convention(structure: Mapping[str, Any]) -> bool:
    """A preferred return without its convention differs by a sixth from one reading to another, so none is assumed."""
    hurdles = structure.get("hurdles")
    return isinstance(hurdles, list) and any(
        isinstance(hurdle, Mapping) and hurdle.get("kind") == HurdleKind.RATE and not hurdle.get("convention")
        for hurdle in hurdles
    )


def _overlaps(entries: Sequence[tuple[StatedTerms, WaterfallTerms]]) -> list[Finding]:
    found = []
    for (one, _), (two, _) in combinations(entries, 2):
        if one.sheet == two.sheet and _meet(one.span, two.span):
            message = (
                f"{one.sheet}: expected one set of terms for {_scope(one)} on any day, "
                f"found {one.stated_id} and {two.stated_id} both in force on {max(one.effective_date, two.effective_date)}"
            )
            found.append(Finding(Code.OVERLAPPING_TERMS, two.stated_id, message))
    return found


def _differences(
    stated: StatedTerms, terms: WaterfallTerms, entries: Sequence[tuple[StatedTerms, WaterfallTerms]]
) -> list[Finding]:
    """Where a sheet that rules states something else for the same days."""
    sheets = list(Sheet)
    return [
        Finding(
            Code.TERMS_DIFFER,
            stated.stated_id,
            f"{stated.sheet}, {stated.stated_id}: expected the terms of {other.sheet}, {other.stated_id}, which rule, "
            f"found other ones from {max(stated.effective_date, other.effective_date)}",
            blocks=False,
        )
        for other, ruling in entries
        if sheets.index(other.sheet) < sheets.index(stated.sheet) and _meet(other.span, stated.span) and ruling != terms
    ]


def _scope(stated: StatedTerms) -> str:
    if stated.investor_id:
        return f"investor {stated.investor_id}"
    return f"class {stated.class_code}" if stated.class_code else "the fund"


def _meet(one: Span, two: Span) -> bool:
    return max(one[0], two[0]) < min(one[1], two[1])


def _gaps(span: Span, covered: Sequence[Span]) -> list[Span]:
    """What is left of a span outside those that are covered."""
    left = [span]
    for start, end in covered:
        left = [
            piece
            for one in left
            for piece in ((one[0], min(one[1], start)), (max(one[0], end), one[1]))
            if piece[0] < piece[1]
        ]
    return left


def with_side_letters(
    agreed: Sequence[AgreedTerms], partners: Sequence[Partner], letters: Sequence[SideLetter]
) -> tuple[list[AgreedTerms], list[Partner], list[Finding]]:
    """Terms and partners once letters change the terms that a partner would otherwise have.

    A partner with a letter has terms of its own from then on. Source: fund-admin 1.2.
    """
    made, renamed, findings = list(agreed), list(partners), list[Finding]()
    for place, partner in enumerate(partners):
        own = [letter for letter in letters if letter.concerns(partner)]
        if not own:
            continue
        spans = [(each.effective_date, each.expiry_date or OPEN) for each in agreed]
        spans += [(letter.effective_date, letter.expiry_date or OPEN) for letter in own]
        for start, end in pairwise(sorted({day for span in spans for day in span} | {OPEN})):
            base = most_specific([each for each in agreed if each.rules(start)], partner)
            if len(base) != 1:
                continue
            terms = base[0].terms
            for letter in own:
                if letter.effective_date <= start < (letter.expiry_date or OPEN):
                    try:
                        terms = _conceded(terms, letter)
                    except ValueError as error:
                        findings.append(Finding(Code.BAD_SIDE_LETTER, letter.side_letter_id, str(error)))
            expiry = None if end == OPEN else end
            made.append(AgreedTerms(terms, start, expiry, partner.class_code, partner.partner_id))
        renamed[place] = replace(partner, investor_id=None)
    return made, renamed, findings


def _conceded(terms: WaterfallTerms, letter: SideLetter) -> WaterfallTerms:
    if letter.carry is not None:
        if {level.carry for level in terms.levels} - {terms.carry}:
            raise ValueError(
                f"side letter {letter.side_letter_id}: expected one rate of carry to change, found several"
            )
        levels = tuple(replace(level, carry=letter.carry) for level in terms.levels)
        terms = replace(terms, carry=letter.carry, levels=levels)
    if letter.hurdle_rate is not None:
        hurdles = [hurdle for hurdle in terms.hurdles if isinstance(hurdle, RateHurdle)]
        if len(hurdles) != 1:
            raise ValueError(
                f"side letter {letter.side_letter_id}: expected one rate hurdle to change, found {len(hurdles)}"
            )
        changed = replace(hurdles[0], rate=letter.hurdle_rate)
        levels = tuple(
            replace(level, hurdles=tuple(changed if hurdle is hurdles[0] else hurdle for hurdle in level.hurdles))
            for level in terms.levels
        )
        terms = replace(terms, levels=levels)
    return terms
