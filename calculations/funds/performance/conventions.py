"""What a row of performance figures was measured by: whose flows, on which days, with or without the credit line. No figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from calculations.daycount import ACT_365F


class Level(StrEnum):
    """What a series stands for."""

    FUND = "FUND"
    INVESTOR = "INVESTOR"
    INVESTMENT = "INVESTMENT"
    POOL = "POOL"  # several funds, their flows summed


class Measure(StrEnum):
    """Gross: the fund's flows with its investments, before fees, expenses and carry. Net: the investors' with the fund."""

    GROSS = "GROSS"
    NET = "NET"


class DateBasis(StrEnum):
    """The day of a flow."""

    DUE = "DUE"
    CASH = "CASH"


class Included(StrEnum):
    """Whose flows are in a series."""

    ALL_PARTNERS = "ALL_PARTNERS"
    FEE_PAYING_PARTNERS = "FEE_PAYING_PARTNERS"  # net to limited partners: no general partner, none who pays no fee
    ONE_PARTNER = "ONE_PARTNER"
    INVESTMENTS = "INVESTMENTS"


class Facility(StrEnum):
    """How the subscription line is treated."""

    WITH = "WITH"  # flows as they happened
    WITHOUT = "WITHOUT"  # contributions on the days of the draws, interest and fees of the line left out
    WITHOUT_COSTS_KEPT = "WITHOUT_COSTS_KEPT"
    NOT_APPLICABLE = "NOT_APPLICABLE"  # between fund and investments no line shows


@dataclass(frozen=True)
class Basis:
    """The convention of all rows measured together. Source: fund-admin 1.1 M-4, 3.1, 3.2, 3.4."""

    level: Level
    measure: Measure
    date_basis: DateBasis
    included: Included
    facility: Facility
    day_count: str = ACT_365F

    def as_row(self) -> dict[str, str]:
        """The columns that name the convention beside the figures."""
        return {name: str(value) for name, value in asdict(self).items()}


def net(level: Level, included: Included, facility: Facility = Facility.WITH) -> Basis:
    """Investors' flows by due date. Source: fund-admin 1.1 M-4."""
    return Basis(level, Measure.NET, DateBasis.DUE, included, facility)


def gross(level: Level) -> Basis:
    """The fund's flows with its investments, by the day of the cash. Source: fund-admin 1.1 M-4."""
    return Basis(level, Measure.GROSS, DateBasis.CASH, Included.INVESTMENTS, Facility.NOT_APPLICABLE)
