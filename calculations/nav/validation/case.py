"""What a strike is judged on: the strike, what it was made from, and the evidence beside it. No judging.

Rows are mappings by the field names of the input contracts. None is evidence that nobody supplied, so that a rule can
say what it lacks; an empty sequence is evidence that was looked for and holds nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from calculations.nav.assumptions import Assumptions
from calculations.nav.market import RateSeries, Row
from calculations.nav.published_navs import Publisher
from calculations.nav.rates import Quotes, in_force
from calculations.nav.results import Failure, NavLine, Strike
from calculations.nav.series import Series
from calculations.nav.terms import Accrual, Policy, ProductTerms, Rate, ShareClass
from calculations.nav.validation.price_history import PriceHistory
from calculations.nav.validation.priced_lines import PricedLine, priced_lines
from calculations.nav.validation.verdicts import Severity
from calculations.nav.valuation_point import ValuationPoint


class Lacking(Exception):
    """Evidence that a rule needs and the case does not have."""

    def __init__(self, evidence: str, expected: str) -> None:
        super().__init__(expected)
        self.evidence = evidence


@dataclass(frozen=True)
class PreviousNav:
    """The NAV per share of a class at its last strike before, Weir's own or stated."""

    date: dt.date
    nav_per_share: Decimal | None
    source: str = ""


@dataclass(frozen=True)
class Opening:
    """When the opening net assets of a class were stated, and units of its currency for one of the product's then."""

    date: dt.date
    rate: Decimal


@dataclass(frozen=True)
class Published:
    """What orders of the very day that is struck dealt at. `error_class` None: that of the product's type.

    `publisher`: WEIR where a strike was published, STATED where only an administrator says what was.
    """

    nav_per_share: Decimal
    version: int
    error_class: str | None = None
    publisher: Publisher = "STATED"


@dataclass(frozen=True)
class Finding:
    """A verdict reached by another part (a money market test). `passed` None: the test does not apply.

    `is_evaluated` False: it applies and reached no verdict, for what `detail` says.

    The register's severity counts, `severity` for a rule that the register does not name.
    """

    rule_code: str
    passed: bool | None
    actual: Decimal | None = None
    threshold: Decimal | None = None
    detail: str = ""
    evidence: tuple[str, ...] = ()
    severity: Severity | None = None
    is_evaluated: bool = True


@dataclass(frozen=True)
class Case:
    """A strike with all that rules may ask of it.

    terms: the row of the product's sheet, true as of `terms_as_of` (None: of any day). held: the list of positions in
    force; held_when_ex: the list before a day. actions: corporate actions by instrument. previous: by class.
    previous_amounts: base amounts of the last strike by line id. openings: by class. orders: sheet Capital Activity. registers: rows of sheet
    Transfer Agent Shares; token_supply rows beside them. levels: levels of each index by day. organizations: owners
    of the rows used, by sheet. known_at: when the newest input became known. `unkept` says why evidence need not be
    there (no custodian reports the product): what needs it does not apply.
    """

    strike: Strike
    product: ProductTerms
    point: ValuationPoint
    policy: Policy
    rates: Sequence[Rate] = ()
    classes: Sequence[ShareClass] = ()
    organization_id: str = ""
    instruments: Mapping[str, Row] = field(default_factory=dict)
    terms: Row | None = None
    terms_as_of: dt.date | None = None
    held: Sequence[Row] | None = None
    held_when_ex: Callable[[dt.date], Sequence[Row]] | None = None
    accruals: Sequence[Accrual] | None = None
    actions: Mapping[str, Sequence[Row]] | None = None
    prices: PriceHistory | None = None
    rate_history: Series[Rate, RateSeries] | None = None
    previous: Mapping[str, PreviousNav] | None = None
    previous_amounts: Mapping[str, Decimal] | None = None
    openings: Mapping[str, Opening] | None = None
    orders: Sequence[Row] | None = None
    registers: Sequence[Row] | None = None
    token_supply: Sequence[Row] = ()
    custodian_positions: Sequence[Row] | None = None
    custodian_cash: Sequence[Row] | None = None
    valuations: Sequence[Row] | None = None
    levels: Mapping[str, Mapping[dt.date, Decimal]] | None = None
    assumptions: Assumptions | None = None
    money_market: Sequence[Finding] | None = None
    published: Mapping[str, Published] | None = None
    organizations: Mapping[str, Collection[str]] | None = None
    known_at: dt.datetime | None = None
    unkept: Mapping[str, str] = field(default_factory=dict)

    @property
    def day(self) -> dt.date:
        return self.point.date

    @property
    def product_id(self) -> str:
        return self.strike.product_id

    def needed(self, evidence: str) -> Any:
        """A field that a rule cannot do without. Raises Lacking."""
        found = getattr(self, evidence)
        if found is None:
            raise Lacking(evidence, f"expected {evidence.replace('_', ' ')}, found none")
        return found

    def term(self, name: str) -> Any:
        """A field of the product's sheet; None for an empty cell. Raises Lacking."""
        return self.needed("terms").get(name)

    @cached_property
    def quotes(self) -> Quotes:
        """Exchange rates in force at the cut-off."""
        return in_force(self.rates, self.point, self.policy)

    @cached_property
    def lines_by_id(self) -> Mapping[str, NavLine]:
        return {line.line_id: line for line in self.strike.lines}

    @cached_property
    def priced(self) -> Sequence[PricedLine]:
        """Each line that a price values, with what other prices say of that one. Raises Lacking."""
        return priced_lines(self.strike, self.needed("prices"), self.point, self.instruments, self.actions or {})

    @cached_property
    def failures_by_reason(self) -> Mapping[str, Sequence[Failure]]:
        found: dict[str, list[Failure]] = {}
        for failure in self.strike.failures:
            found.setdefault(failure.reason, []).append(failure)
        return found
