"""What a deal says of its collateral, as frozen terms: carrying values, purchased interest, overdrafts, smoothing, rarer
payment dates. What it says of its notes and fees is in `parts`; whether terms make sense, in `feature_checks`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic.dataclasses import dataclass

from calculations.clo.deal.parts import TERMS


@dataclass(frozen=True, kw_only=True, config=TERMS)
class CccHaircut:
    """`carry` is `market_value`, or one price for all. Source: clo-extensions 4.11; clo-liabilities-waterfall 4.1."""

    limit: Decimal
    of: Literal["collateral_principal"] = "collateral_principal"
    buckets: tuple[str, ...] = ("moodys", "sp")
    take: Literal["lowest_price"] = "lowest_price"
    carry: Decimal | Literal["market_value"] = "market_value"


@dataclass(frozen=True, kw_only=True, config=TERMS)
class DiscountCure:
    market_value: Decimal
    days: int


@dataclass(frozen=True, kw_only=True, config=TERMS)
class DiscountHaircut:
    """Assets bought `below` a price, by kind, are carried at it until their market value has been at least the cure's on
    each of so many days. Source: clo-extensions 4.12."""

    below: dict[str, Decimal]
    carry: Literal["purchase_price"] = "purchase_price"
    cure: DiscountCure | None = None


@dataclass(frozen=True, kw_only=True, config=TERMS)
class LowestOf:
    min: tuple[Literal["market_value", "recovery_rate"], ...]


@dataclass(frozen=True, kw_only=True, config=TERMS)
class DefaultedCarry:
    """Defaulted assets at the lowest of what is named, and at nothing so many months after they defaulted.

    Source: clo-extensions 4.13."""

    carry: LowestOf
    zero_after_months: int | None = None


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Haircuts:
    """`fx` is what performing par in another currency that no hedge covers counts less, as a fraction.

    Source: clo-extensions 3.5, 4.11 to 4.13."""

    ccc: CccHaircut | None = None
    discount: DiscountHaircut | None = None
    defaulted: DefaultedCarry | None = None
    fx: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Smoothing:
    """The account that spreads interest of loans which pay less often than the deal, where they are more than `above` of
    par. Source: clo-extensions 3.6."""

    account: str
    above: Decimal = Decimal("0.05")


@dataclass(frozen=True, kw_only=True, config=TERMS)
class FrequencySwitch:
    """When payment dates go over to every `to_months` months, from the period after, and to which index tenor. There is no
    way back. Source: clo-extensions 4.14."""

    to_months: int
    index_tenor: int
    permanent: Literal[True] = True
    when: Any  # a Condition


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Pik:
    """Whether tests count capitalised interest as par, and which proceeds it is once repaid. Source: clo-extensions 3.1."""

    in_par: Literal["exclude", "include"] = "exclude"
    repaid_as: Literal["principal", "interest"] = "principal"


@dataclass(frozen=True, kw_only=True, config=TERMS)
class PurchasedAccrued:
    """Purchased accrued interest still owed, and what repays it. Source: clo-extensions 4.10."""

    amount: Decimal = Decimal(0)
    paid_from: Literal["principal", "interest"] = "principal"
    recover: Literal["any_interest", "by_asset"] = "any_interest"
    in_tests: bool = True

    @property
    def counts_in_tests(self) -> bool:
        return self.in_tests and self.paid_from == "principal"


@dataclass(frozen=True, kw_only=True, config=TERMS)
class PrincipalCash:
    """Whether the principal account may be overdrawn, and what repays it: principal, then interest in a step of its own.

    Source: clo-extensions 4.15."""

    allow_negative: bool = False
    limit: Decimal | None = None
    in_tests: Literal["signed"] = "signed"
    repay_from: Literal["principal"] | tuple[Literal["principal"], Literal["interest"]] = "principal"

    @property
    def is_repaid_by_interest(self) -> bool:
        return "interest" in self.repay_from
