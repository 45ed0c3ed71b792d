"""What a loan may do beyond paying by its schedule: capitalise interest, be drawn, step its rate, be amended or called.
Checks of such terms stand here; what they do to a row does not.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

EventKind = Literal["forced_default", "restructuring", "amend_extend", "partial_call", "sale"]

# Events of one day happen in this order. Source: clo-extensions 3.4.
EVENT_ORDER: tuple[EventKind, ...] = ("forced_default", "restructuring", "amend_extend", "partial_call", "sale")


@dataclass(frozen=True)
class PikTerms:
    """Interest that may be capitalised.

    `balance` is what of par is capitalised interest already; `shares` are (from, share of interest that is
    capitalised) in order of dates, nothing before the first. `in_par` counts capitalised interest as par in tests.
    Raises ValueError with PIK_SHARE_RANGE. Source: clo-extensions 3.1.
    """

    balance: float = 0.0
    shares: tuple[tuple[dt.date, float], ...] = ()
    in_par: bool = False
    deferring_after: int = 6

    def __post_init__(self) -> None:
        for date, share in self.shares:
            if not 0 <= share <= 1:
                raise ValueError(f"PIK_SHARE_RANGE: share from {date} must be a fraction from 0 to 1, found {share!r}")
        if not (math.isfinite(self.balance) and self.balance >= 0):
            raise ValueError(f"PIK_ABOVE_PAR: capitalised interest must be from 0 to par, found {self.balance!r}")

    def share_on(self, date: dt.date) -> float:
        """The share that rules on a date."""
        ruling = [share for start, share in sorted(self.shares) if start <= date]
        return ruling[-1] if ruling else 0.0


@dataclass(frozen=True)
class DrawTerms:
    """A commitment that is not fully drawn: what is unfunded, and when it is drawn.

    Draws are (date, amount), at maturity at the latest; `utilisation` instead draws up to that share of the commitment on each interest date
    before `available_until`. Without a fee rate no fee is projected. Raises ValueError with DRAW_AFTER_AVAILABILITY,
    DRAW_ABOVE_COMMITMENT or REVOLVER_WITHOUT_END. Source: clo-extensions 3.2.
    """

    unfunded: float
    fee_rate: float | None = None
    available_until: dt.date | None = None
    is_revolving: bool = False
    draws: tuple[tuple[dt.date, float], ...] = ()
    utilisation: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.unfunded) and self.unfunded >= 0):
            raise ValueError(f"unfunded must be a number >= 0, found {self.unfunded!r}")
        if self.is_revolving and self.available_until is None:
            raise ValueError("REVOLVER_WITHOUT_END: available_until must be a date, found none")
        for date, amount in self.draws:
            if self.available_until is not None and date > self.available_until:
                raise ValueError(
                    f"DRAW_AFTER_AVAILABILITY: a draw must be made until {self.available_until}, found {date}"
                )
            if not 0 < amount < math.inf:
                raise ValueError(f"draw of {date} must be an amount > 0, found {amount!r}")
        drawn = sum(amount for _, amount in self.draws)
        if not self.is_revolving and drawn > self.unfunded:
            raise ValueError(f"DRAW_ABOVE_COMMITMENT: draws must sum to {self.unfunded} at most, found {drawn}")
        if self.fee_rate is not None and not 0 <= self.fee_rate < 1:
            raise ValueError(f"fee_rate must be a decimal fraction a year, found {self.fee_rate!r}")
        if self.utilisation is not None and self.draws:
            raise ValueError("draws must be dated or by utilisation, found both")
        if self.utilisation is not None and not 0 <= self.utilisation <= 1:
            raise ValueError(f"utilisation must be a fraction from 0 to 1, found {self.utilisation!r}")


@dataclass(frozen=True)
class RateStep:
    """From a date on, another coupon (of a fixed rate) or spread (of a floater). Source: clo-extensions 3.3."""

    start: dt.date
    rate: float
    kind: Literal["coupon", "spread"] = "coupon"

    def __post_init__(self) -> None:
        if not abs(self.rate) < 1:
            raise ValueError(f"rate of the step from {self.start} must be a decimal fraction, found {self.rate!r}")


@dataclass(frozen=True)
class AssetEvent:
    """Something that happens to an asset on a date, beside its schedule.

    `fraction` is of the balance: called, sold, defaulted, or the haircut of a restructuring; `price` a fraction of par
    for calls and sales; `fee` a fraction of the balance for an amendment; `rate` a new coupon or spread. An amendment
    without instalments makes the loan a bullet, a restructuring does so where it has a new maturity. `accrued` says what
    becomes of a restructured loan's accrued interest. An event that names a `scenario` acts in it alone.
    Source: clo-extensions 3.4.
    """

    date: dt.date
    kind: EventKind
    fraction: float = 0.0
    price: float = 1.0
    fee: float = 0.0
    rate: float | None = None
    maturity: dt.date | None = None
    instalments: tuple[tuple[dt.date, float], ...] = ()
    accrued: Literal["paid", "capitalised", "forfeited"] = "paid"
    premium_as: Literal["principal", "interest"] = "principal"
    scenario: str | None = None

    @property
    def amends(self) -> bool:
        """Whether events of this kind may change rate, maturity and schedule."""
        return self.kind in ("amend_extend", "restructuring")

    def problem(self, analysis: dt.date, maturity: dt.date, last: dt.date) -> str | None:
        """Why the event cannot happen to an asset of that maturity, which is paid on `last`, with its code; None where it
        can. EVENT_TERMS stands for terms that events of the kind do not have, or that are no number.
        """
        if self.date <= analysis:
            return f"EVENT_BEFORE_ANALYSIS: date must be after {analysis}, found {self.date}"
        if self.date >= last:
            return f"EVENT_AFTER_MATURITY: date must be before maturity {last}, found {self.date}"
        if self.kind != "amend_extend" and not 0 < self.fraction <= 1:
            return f"EVENT_FRACTION: fraction must be above 0 and at most 1, found {self.fraction!r}"
        earliest = maturity if self.kind == "amend_extend" else self.date
        if self.maturity is not None and self.maturity < earliest:
            return f"EVENT_EXTENDS_BACKWARDS: maturity must not be before {earliest}, found {self.maturity}"
        return self.problem_of_terms()

    def problem_of_terms(self) -> str | None:
        """Why no event can have such terms whatever its date, under EVENT_TERMS; None where it can."""
        if not self.amends and (self.rate is not None or self.maturity is not None or self.instalments):
            return f"EVENT_TERMS: a {self.kind} must change neither rate, maturity nor instalments, found that it does"
        if self.rate is not None and not abs(self.rate) < 1:
            return f"EVENT_TERMS: rate must be a decimal fraction a year, found {self.rate!r}"
        if not 0 <= self.price < math.inf:
            return f"EVENT_TERMS: price must be a fraction of par >= 0, found {self.price!r}"
        if not 0 <= self.fee < 1:
            return f"EVENT_TERMS: fee must be a fraction of the balance, found {self.fee!r}"
        for date, amount in self.instalments:
            if not 0 < amount < math.inf:
                return f"EVENT_TERMS: instalment of {date} must be an amount > 0, found {amount!r}"
        return None


def in_order(events: tuple[AssetEvent, ...]) -> list[AssetEvent]:
    """Events by date, those of one day in the order of their kinds."""
    return sorted(events, key=lambda event: (event.date, EVENT_ORDER.index(event.kind)))
