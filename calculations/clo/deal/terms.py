"""A deal's terms as one frozen value, and its dated versions. The parts it is made of are in `parts`; how it is read is
in `load`, what it pays in `engine`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from calculations.clo.deal.collateral_terms import (
    FrequencySwitch,
    Haircuts,
    Pik,
    PrincipalCash,
    PurchasedAccrued,
    Smoothing,
)
from calculations.clo.deal.conditions import Measure, walk
from calculations.clo.deal.documents import AssumedTerm
from calculations.clo.deal.parts import (
    Account,
    Call,
    Cap,
    CoverageTest,
    Dates,
    DueTerms,
    EventOfDefault,
    FeeTerms,
    Incentive,
    Note,
    Reinvestment,
)
from calculations.clo.deal.steps import ReleaseStep, Step, condition_of
from calculations.clo.presets import Preset


@dataclass(frozen=True)
class PaymentList:
    """One priority of payments: the pool it spends and its steps in order."""

    source: str
    steps: tuple[Step, ...]

    @cached_property
    def last_without_cash(self) -> int:
        """The number of the last step that does something where no cash reaches it: a release brings its own, and a quirk
        pays out of what has left the list; 0 where there is none."""
        works = [isinstance(step, ReleaseStep) or getattr(step, "created_by", None) is not None for step in self.steps]
        return max((number for number, does in enumerate(works, start=1) if does), default=0)


@dataclass(frozen=True)
class DealVersion:
    """The deal as a dated overlay rewrites it, for payment dates in [effective_from, effective_to)."""

    effective_from: dt.date
    effective_to: dt.date | None
    source: str
    approved_by: str
    features: tuple[str, ...]
    deal: Deal


@dataclass(frozen=True)
class Deal:
    """Everything a deal file says, under one preset.

    `quirks` are those that act: of the preset, and engine-wide or named in the file. `controlling_as` maps a class to
    the one it is taken for.
    """

    deal_id: str
    file: str
    quirks: Preset
    notes: Mapping[str, Note]
    tests: Mapping[str, CoverageTest]
    fees: Mapping[str, FeeTerms]
    lists: Mapping[str, PaymentList]
    dues: Mapping[str, DueTerms] = field(default_factory=dict)
    caps: Mapping[str, Cap] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    incentive: Incentive | None = None
    reinvestment: Reinvestment = field(default_factory=Reinvestment)
    event_of_default: EventOfDefault | None = None
    call: Call = field(default_factory=Call)
    dates: Dates = field(default_factory=Dates)
    haircuts: Haircuts = field(default_factory=Haircuts)
    purchased_accrued: PurchasedAccrued = field(default_factory=PurchasedAccrued)
    principal_cash: PrincipalCash = field(default_factory=PrincipalCash)
    pik: Pik = field(default_factory=Pik)
    smoothing: Smoothing | None = None
    frequency_switch: FrequencySwitch | None = None
    beginning_fee_basis: Decimal | None = None
    controlling_as: Mapping[str, str] = field(default_factory=dict)
    versions: tuple[DealVersion, ...] = ()
    currency: str = "USD"
    assumed: tuple[AssumedTerm, ...] = ()

    def on(self, payment_date: dt.date) -> Deal:
        """The deal in force on an adjusted payment date. Source: clo-extensions 1.1."""
        for version in self.versions:
            if version.effective_from <= payment_date and (
                version.effective_to is None or payment_date < version.effective_to
            ):
                return version.deal
        return self

    @cached_property
    def measures_equity(self) -> bool:
        """Whether a term of any version asks for the sub notes' return."""
        deals = (self, *(version.deal for version in self.versions))
        conditions = [condition_of(step) for deal in deals for terms in deal.lists.values() for step in terms.steps]
        asked = any(isinstance(part, Measure) and part.what == "equity_irr" for c in conditions for part in walk(c))
        return asked or any(deal.incentive is not None and deal.incentive.threshold_irr is not None for deal in deals)

    @property
    def rated(self) -> dict[str, Note]:
        """The notes that are not equity."""
        return {name: note for name, note in self.notes.items() if not note.equity}

    @cached_property
    def equity(self) -> str | None:
        """The sub notes' name."""
        return next((name for name, note in self.notes.items() if note.equity), None)

    def acts(self, quirk_id: str) -> bool:
        """Whether a quirk is asked for and touches this deal. Source: clo-extensions 2.1."""
        return quirk_id in self.quirks
