"""Terms of capital activity, read from the CAPITAL_CALL, DEFAULT and DISTRIBUTION shapes and checked. No amounts, no dates of events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from calculations.funds import shapes


class Basis(StrEnum):
    """What a call is shared by. CUSTOM and CLASS are chosen call by call, never by an agreement."""

    COMMITMENT = "COMMITMENT"
    UNFUNDED = "UNFUNDED"
    CUSTOM = "CUSTOM"
    CLASS = "CLASS"


class Overpayment(StrEnum):
    REFUSE = "REFUSE"
    CREDIT = "CREDIT"


class CureDays(StrEnum):
    BUSINESS = "BUSINESS"
    CALENDAR = "CALENDAR"


class DayCount(StrEnum):
    ACT_365F = "ACT_365F"
    ACT_360 = "ACT_360"
    THIRTY_360 = "30_360"


class InterestTo(StrEnum):
    """Who has the late interest: the fund as income, or those who funded the call."""

    FUND = "FUND"
    FUNDED_INVESTORS = "FUNDED_INVESTORS"


class Remedy(StrEnum):
    INTEREST = "INTEREST"
    SET_OFF = "SET_OFF"
    FORFEITURE = "FORFEITURE"
    FORCED_SALE = "FORCED_SALE"
    COMMITMENT_CUT = "COMMITMENT_CUT"
    COVER_BY_OTHERS = "COVER_BY_OTHERS"
    DEFAULT_LOAN = "DEFAULT_LOAN"
    WAIVED = "WAIVED"


class RecallBasis(StrEnum):
    """What may be drawn again: capital returned, any proceeds, amounts that paid fees and expenses, or all of it."""

    COST = "COST"
    PROCEEDS = "PROCEEDS"
    FEES_AND_EXPENSES = "FEES_AND_EXPENSES"
    ALL = "ALL"


@dataclass(frozen=True)
class CallTerms:
    """How a fund calls. `excess_cap` limits what a partner pays for the excused, as a multiple of its own share."""

    basis: Basis = Basis.COMMITMENT
    notice_business_days: int = 10  # what ILPA asks for, fund-admin CC-6
    excess_cap: Decimal | None = None
    overpayment: Overpayment = Overpayment.REFUSE
    grace_days: int = 0


@dataclass(frozen=True)
class LateInterestTerms:
    """A fixed `rate` a year, or an index and a `spread` over it; fractions."""

    rate: Decimal | None
    index_id: str | None
    spread: Decimal | None
    day_count: DayCount
    to: InterestTo


@dataclass(frozen=True)
class DefaultTerms:
    cure_days: int | None
    cure_day_type: CureDays
    late_interest: LateInterestTerms | None
    remedies: tuple[Remedy, ...]
    forfeiture_share: Decimal | None


@dataclass(frozen=True)
class RecallTerms:
    """What of a distribution may be called again: `cap_share` of the commitment, within `months` of the investment.

    `expires` is a day; with `expires_with_investment_period` the period's end limits it too.
    """

    basis: RecallBasis = RecallBasis.ALL
    cap_share: Decimal | None = None
    months: int | None = None
    expires: dt.date | None = None
    expires_with_investment_period: bool = False


@dataclass(frozen=True)
class WithholdingRule:
    """Tax on an income class and jurisdiction; None means any."""

    rate: Decimal
    income_class: str | None = None
    jurisdiction: str | None = None


@dataclass(frozen=True)
class DistributionTerms:
    recallable: RecallTerms | None = None
    withholding: tuple[WithholdingRule, ...] = ()
    record_days: int = 0


def read_call_terms(given: Mapping[str, Any]) -> CallTerms:
    """Terms from a CAPITAL_CALL shape.

    Raises ValueError, as the other readers here, naming the key, what was expected and what was found.
    Source: input-contracts 3.1.
    """
    known = ("basis", "notice_business_days", "excess_cap", "overpayment", "grace_days")
    found = shapes.keys("capital_call", given, known, ())
    basis = shapes.choice("basis", found.get("basis", "COMMITMENT"), Basis)
    if basis not in (Basis.COMMITMENT, Basis.UNFUNDED):
        raise ValueError(f"basis: expected one of COMMITMENT, UNFUNDED, found {basis.value!r}")
    return CallTerms(
        basis=basis,
        notice_business_days=_whole("notice_business_days", found.get("notice_business_days", 10)),
        excess_cap=shapes.number("excess_cap", found["excess_cap"], at_least=1) if "excess_cap" in found else None,
        overpayment=shapes.choice("overpayment", found.get("overpayment", "REFUSE"), Overpayment),
        grace_days=_whole("grace_days", found.get("grace_days", 0)),
    )


def read_default_terms(given: Mapping[str, Any]) -> DefaultTerms:
    """Terms from a DEFAULT shape; without `cure_days` nothing turns into a default by the passing of time.

    Source: input-contracts 3.1; fund-admin CC-7, CC-8.
    """
    known = ("cure_days", "cure_day_type", "late_interest", "remedies", "forfeiture_share")
    found = shapes.keys("default", given, known, ())
    remedies = [
        shapes.choice(f"remedies[{i}]", text, Remedy)
        for i, text in enumerate(shapes.items("remedies", found.get("remedies", [])))
    ]
    return DefaultTerms(
        cure_days=_whole("cure_days", found["cure_days"]) if "cure_days" in found else None,
        cure_day_type=shapes.choice("cure_day_type", found.get("cure_day_type", "BUSINESS"), CureDays),
        late_interest=_late_interest(found["late_interest"]) if "late_interest" in found else None,
        remedies=tuple(remedies),
        forfeiture_share=_share("forfeiture_share", found["forfeiture_share"]) if "forfeiture_share" in found else None,
    )


def read_distribution_terms(given: Mapping[str, Any]) -> DistributionTerms:
    """Terms from a DISTRIBUTION shape. Source: input-contracts 3.1; fund-admin D-2, D-3, D-5."""
    found = shapes.keys("distribution", given, ("recallable", "withholding", "record_days"), ())
    return DistributionTerms(
        recallable=_recallable(found["recallable"]) if "recallable" in found else None,
        withholding=tuple(
            _withholding(f"withholding[{i}]", rule)
            for i, rule in enumerate(shapes.items("withholding", found.get("withholding", [])))
        ),
        record_days=_whole("record_days", found.get("record_days", 0)),
    )


def _late_interest(given: Any) -> LateInterestTerms:
    known = ("rate", "index_id", "spread", "day_count", "to")
    found = shapes.keys("late_interest", given, known, ())
    if ("rate" in found) == ("index_id" in found) or ("index_id" in found) != ("spread" in found):
        raise ValueError(f"late_interest: expected either rate, or index_id and spread, found {', '.join(found)}")
    return LateInterestTerms(
        rate=_rate("late_interest.rate", found.get("rate")),
        index_id=str(found["index_id"]) if "index_id" in found else None,
        spread=_rate("late_interest.spread", found.get("spread")),
        day_count=shapes.choice("late_interest.day_count", found.get("day_count", "ACT_365F"), DayCount),
        to=shapes.choice("late_interest.to", found.get("to", "FUND"), InterestTo),
    )


def _recallable(given: Any) -> RecallTerms:
    found = shapes.keys("recallable", given, ("basis", "cap_share", "months", "expires"), ())
    expires = found.get("expires")
    with_period = expires == "INVESTMENT_PERIOD_END"
    return RecallTerms(
        basis=shapes.choice("recallable.basis", found.get("basis", "ALL"), RecallBasis),
        cap_share=_share("recallable.cap_share", found["cap_share"]) if "cap_share" in found else None,
        months=_whole("recallable.months", found["months"]) if "months" in found else None,
        expires=None if expires is None or with_period else _day("recallable.expires", expires),
        expires_with_investment_period=with_period,
    )


def _withholding(path: str, given: Any) -> WithholdingRule:
    found = shapes.keys(path, given, ("income_class", "jurisdiction", "rate"), ("rate",))
    return WithholdingRule(_share(f"{path}.rate", found["rate"]), found.get("income_class"), found.get("jurisdiction"))


def _share(path: str, given: Any) -> Decimal:
    return shapes.number(path, given, at_least=0, at_most=1)


def _rate(path: str, given: Any) -> Decimal | None:
    return None if given is None else shapes.number(path, given, at_least=-5, at_most=5)


def _whole(path: str, given: Any) -> int:
    number = shapes.number(path, given, at_least=0)
    if number != number.to_integral_value():
        raise ValueError(f"{path}: expected a whole number >= 0, found {given!r}")
    return int(number)


def _day(path: str, given: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(given)
    except (TypeError, ValueError):
        raise ValueError(f"{path}: expected a day as YYYY-MM-DD or INVESTMENT_PERIOD_END, found {given!r}") from None
