"""What a share class with a performance fee came to on a day, before and after the fee, and the days on which the fee is owed.

What of it each investor bears is in equalised_lots. Source: nav 2 (M-QNT), 3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from calculations.nav.class_fees import claims_of, crystallised_on, fee_per_share_within, mark_struck_against
from calculations.nav.lines_stated import accruals_in_force
from calculations.nav.market import Row
from calculations.nav.numbers import precise, stored
from calculations.nav.performance_fees import Crystallisation, crystallised_by_redemption, is_crystallised_on
from calculations.nav.results import Unavailable
from calculations.nav.stated import StatedProduct, unswung_nav
from calculations.nav.terms import Accrual


@dataclass(frozen=True)
class StruckClass:
    """A class in the current strike of a day, in its currency; `fees` are its performance fee lines by accrual, as owed.

    `published` is its NAV per share as rounded, at which shares are issued and redeemed.
    """

    net_assets: Decimal
    shares: Decimal | None
    published: Decimal | None
    fees: Mapping[str, Decimal]


@dataclass(frozen=True)
class ClassValue:
    """A share of the class on a day, unrounded: `nav` net of the accrued `fee`, above the `mark` it was struck against.

    `published` is that NAV as rounded.

    `is_crystallised`: the fee of the day is owed for good, and the mark of the next day is `mark_after`.
    """

    day: dt.date
    nav: Decimal
    published: Decimal
    fee: Decimal
    mark: Decimal
    mark_after: Decimal
    is_crystallised: bool

    @property
    def gross(self) -> Decimal:
        with precise():
            return self.nav + self.fee


@dataclass(frozen=True)
class PeriodEnd:
    """The end of a performance period, totals in the currency of the class, stored; the marks are per share.

    `fee_accrued` is what the strike accrued; None for a day that is only stated. `mark_stated` is the mark stated with
    the NAV of the day.
    """

    value: ClassValue
    shares: Decimal
    gross_assets: Decimal
    fee: Decimal
    fee_accrued: Decimal | None
    mark_stated: Decimal | None


@dataclass(frozen=True)
class FeeClass:
    """A class that charges a performance fee, what it states and its strikes by day.

    `next_dealing_day` gives the day after which the class is next struck.
    """

    stated: StatedProduct
    row: Row
    struck: Mapping[dt.date, StruckClass]
    next_dealing_day: Callable[[dt.date], dt.date]

    @property
    def class_id(self) -> str:
        class_id: str = self.row["share_class_id"]
        return class_id

    @cached_property
    def history(self) -> Mapping[dt.date, Row]:
        """The standing stated NAVs of the class by day, the last version of each."""
        return self.stated.stated_by_day(self.class_id)

    @cached_property
    def days(self) -> tuple[dt.date, ...]:
        """Every day with a NAV, struck or else stated."""
        return tuple(sorted({*self.struck, *self.history}))

    @cached_property
    def accrues_from(self) -> dt.date:
        """The first NAV in which a performance fee accrues. Raises Unavailable MISSING_TERMS where there is none."""
        day = next((each for each in self.days if self.accrual(each) is not None), None)
        if day is None:
            raise Unavailable("MISSING_TERMS", f"{self.class_id}: a performance fee must accrue, found none")
        return day

    def accrual(self, day: dt.date) -> Accrual | None:
        """The performance fee that accrues on a day. Raises Unavailable DUPLICATE_INPUT, UNIT_MISMATCH."""
        in_force = accruals_in_force(self.stated.accruals, day)
        found = [c for c in claims_of(in_force, self.class_id, len(self.stated.classes)) if c.method == "PERFORMANCE"]
        if len(found) > 1:
            raise Unavailable("DUPLICATE_INPUT", f"{self.class_id}: one performance fee accrues, found {len(found)}")
        if found and found[0].currency != self.row["currency"]:
            raise Unavailable(
                "UNIT_MISMATCH", f"{self.class_id}: its fee is in {self.row['currency']}, found {found[0].currency}"
            )
        return found[0] if found else None

    def value_on(self, day: dt.date) -> ClassValue:
        """A share of the class on a day. Raises Unavailable MISSING_VALUE without a NAV, MISSING_TERMS without a fee that
        accrues or its mark, NO_SHARES, and as `fee_per_share_within`.
        """
        if day not in self._values:
            self._values[day] = self._value_on(day)
        return self._values[day]

    @cached_property
    def _values(self) -> dict[dt.date, ClassValue]:
        return {}

    def _value_on(self, day: dt.date) -> ClassValue:
        accrual = self.accrual(day)
        if accrual is None:
            raise Unavailable("MISSING_TERMS", f"{self.class_id}: no performance fee accrues on {day}")
        mark = mark_struck_against(self.stated, accrual, day, Decimal(1)).total
        nav, fee = self._per_share(accrual, day)
        ends = day in self.period_ends
        with precise():
            after = crystallised_on(self.stated, accrual, nav + fee, day, Decimal(1)).mark if ends else mark
        struck, row = self.struck.get(day), self.history.get(day)
        rounded = struck.published if struck else unswung_nav(row) if row else None
        return ClassValue(day, nav, nav if rounded is None else rounded, fee, mark, after, ends)

    @cached_property
    def period_ends(self) -> tuple[dt.date, ...]:
        """The last NAVs of performance periods in which a fee accrues, days rising. Raises Unavailable MISSING_TERMS."""
        how: Crystallisation | None = self.row["crystallisation"]
        if how is None:
            raise Unavailable("MISSING_TERMS", f"{self.class_id}: crystallisation must be given, found none")
        following = (*self.days[1:], *(self.next_dealing_day(day) for day in self.days[-1:]))
        return tuple(
            day
            for day, later in zip(self.days, following, strict=True)
            if is_crystallised_on(day, later, how) and self.accrual(day) is not None
        )

    def crystallised(self, day: dt.date) -> PeriodEnd:
        """What is owed for good at a period end. Raises Unavailable as `value_on`."""
        accrual, struck, row = self.accrual(day), self.struck.get(day), self.history.get(day)
        value = self.value_on(day)
        shares = struck.shares if struck else row["shares_outstanding"] if row else None
        if shares is None or accrual is None:
            raise Unavailable("NO_SHARES", f"{self.class_id}: no shares on {day}")
        with precise():
            gross = value.gross * shares if struck is None else struck.net_assets + struck.fees[accrual.accrual_id]
            fee = stored(crystallised_on(self.stated, accrual, gross, day, shares).fee)
        accrued = None if struck is None else struck.fees[accrual.accrual_id]
        return PeriodEnd(value, shares, stored(gross), fee, accrued, row["high_water_mark"] if row else None)

    def owed_by_redemption(self, day: dt.date, shares: Decimal) -> Decimal:
        """The fee of shares that leave on a day, stored. Raises Unavailable as `value_on`."""
        value = self.value_on(day)
        # the end of a period has made the fee of its day owed already
        return crystallised_by_redemption(Decimal(0) if value.is_crystallised else value.fee, shares)

    def _per_share(self, accrual: Accrual, day: dt.date) -> tuple[Decimal, Decimal]:
        struck = self.struck.get(day)
        if struck is not None:
            if not struck.shares:
                raise Unavailable("NO_SHARES", f"{self.class_id}: shares of {day} must be above zero, found none")
            if accrual.accrual_id not in struck.fees:
                raise Unavailable("MISSING_VALUE", f"{self.class_id}: the strike of {day} has no performance fee line")
            with precise():
                return struck.net_assets / struck.shares, struck.fees[accrual.accrual_id] / struck.shares
        row = self.history.get(day)
        nav = None if row is None else unswung_nav(row)
        if nav is None:
            raise Unavailable("MISSING_VALUE", f"{self.class_id}: no NAV per share on {day}, struck or stated")
        return nav, fee_per_share_within(self.stated, accrual, nav, day)
