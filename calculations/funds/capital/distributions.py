"""One distribution to its notices, in Decimal. Tiers and carry come from the waterfall, tax rates from `withholding`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np

from calculations.daycount import Ints
from calculations.exact.minor_units import in_money, minor_units, rate_units
from calculations.funds.capital.proceeds import DistributionLegs, participation, share_proceeds
from calculations.funds.capital.recallable import (
    RecallableReason,
    is_recallable,
    recallable_amounts,
    recallable_until,
)
from calculations.funds.capital.terms import DistributionTerms, RecallBasis
from calculations.funds.capital.withholding import withholding_rate
from calculations.money import allocate, round_half_up

ZERO = Decimal(0)


class Component(StrEnum):
    """What an amount distributed is, in the order of the columns of an array of components."""

    RETURN_OF_CAPITAL = "RETURN_OF_CAPITAL"
    GAIN = "GAIN"
    INCOME = "INCOME"


COMPONENTS = tuple(Component)
_BASIS = {
    RecallBasis.COST: np.array([1, 0, 0], dtype=np.int64),
    RecallBasis.PROCEEDS: np.array([1, 1, 0], dtype=np.int64),
    RecallBasis.ALL: np.array([1, 1, 1], dtype=np.int64),
    RecallBasis.FEES_AND_EXPENSES: np.array([1, 1, 1], dtype=np.int64),
}


@dataclass(frozen=True)
class InKind:
    """Securities distributed instead of cash; a later sale is no event of the fund. Source: fund-admin D-4."""

    description: str
    quantity: Decimal
    price: Decimal
    quantity_unit: Decimal = Decimal(1)

    def fair_value(self, unit: Decimal) -> Decimal:
        """Quantity times the price at the distribution date, half-up to `unit`."""
        return round_half_up(self.quantity * self.price, unit)


@dataclass(frozen=True)
class Distribution:
    """A gross amount by component. `income_classes` names the tax class of a component, its own name where absent.

    `investment_date` is of the investment whose proceeds these are, `investment_period_end` of the fund.
    """

    distribution_id: str
    distribution_date: dt.date
    components: Mapping[Component, Decimal]
    income_classes: Mapping[Component, str] | None = None
    recallable_reason: RecallableReason = RecallableReason.NONE
    investment_date: dt.date | None = None
    investment_period_end: dt.date | None = None
    in_kind: InKind | None = None

    @property
    def total(self) -> Decimal:
        return sum(self.components.values(), ZERO)

    def income_class(self, component: Component) -> str:
        return (self.income_classes or {}).get(component, component)


@dataclass(frozen=True)
class Recipient:
    """A commitment on the record date, with the investor who holds it then.

    `participation` is what it takes part with: its commitment, or what it contributed to the investment. `fee_offset`
    and `carried_interest` come off its gross amount; `already_recallable` is the sum flagged before, `fees_contributed`
    what it paid for fees and expenses and has not been restored.
    """

    commitment_id: str
    investor_id: str
    participation: Decimal
    commitment: Decimal
    share_excused: Decimal = ZERO
    jurisdiction: str | None = None
    default_withholding_rate: Decimal | None = None
    side_letter_withholding: Decimal | None = None
    fee_offset: Decimal = ZERO
    carried_interest: Decimal = ZERO
    already_recallable: Decimal = ZERO
    fees_contributed: Decimal = ZERO


@dataclass(frozen=True)
class DistributionNotice:
    """What one commitment receives: net = gross - offset - carry - tax. Withheld tax counts as distributed."""

    commitment_id: str
    investor_id: str
    gross_distribution: Decimal
    management_fee_offset: Decimal
    carried_interest: Decimal
    tax_withholding: Decimal
    net_distribution: Decimal
    components: Mapping[Component, Decimal]
    recallable_amount: Decimal
    recallable_until: dt.date | None
    quantity: Decimal | None = None


def plan_notices(
    distribution: Distribution, recipients: Sequence[Recipient], terms: DistributionTerms, unit: Decimal
) -> tuple[DistributionNotice, ...]:
    """The notices of a distribution, by commitment id; each component and the quantity in kind sum exactly.

    Who is excused has no part and, with nothing gross, no notice. Raises ValueError where deductions exceed a gross
    amount (those of who has none included), a component is negative, an id is repeated, or securities in kind are not
    worth the total. Source: fund-admin D-1 to D-5.
    """
    legs = sorted(recipients, key=lambda recipient: recipient.commitment_id)
    if len({leg.commitment_id for leg in legs}) != len(legs):
        raise ValueError(
            f"distribution {distribution.distribution_id}: expected each commitment once, found one repeated"
        )
    components = minor_units((distribution.components.get(c, ZERO) for c in COMPONENTS), unit)
    _check(distribution, components, unit)
    excused = rate_units(leg.share_excused for leg in legs)
    deductions = DistributionLegs(
        offsets=np.array([0, len(legs)]),
        weights=participation(minor_units((leg.participation for leg in legs), unit), excused),
        withholding_rates=_rates(distribution, legs, terms),
        fee_offset=minor_units((leg.fee_offset for leg in legs), unit),
        carried_interest=minor_units((leg.carried_interest for leg in legs), unit),
    )
    shared = share_proceeds(components.reshape(1, -1), deductions)
    for leg, net in zip(legs, shared.net, strict=True):
        if net < 0:
            raise ValueError(
                f"distribution {distribution.distribution_id}, commitment {leg.commitment_id}: expected deductions of at "
                f"most the gross amount, found {in_money(-net, unit)} more"
            )
    recallable, until = _recallable(distribution, legs, shared.gross, terms, unit)
    quantities = _quantities(distribution.in_kind, legs, shared.gross.sum(axis=1), unit)
    return tuple(
        DistributionNotice(
            commitment_id=leg.commitment_id,
            investor_id=leg.investor_id,
            gross_distribution=in_money(shared.gross[i].sum(), unit),
            management_fee_offset=leg.fee_offset,
            carried_interest=leg.carried_interest,
            tax_withholding=in_money(shared.withheld[i].sum(), unit),
            net_distribution=in_money(shared.net[i], unit),
            components={c: in_money(shared.gross[i, column], unit) for column, c in enumerate(COMPONENTS)},
            recallable_amount=in_money(recallable[i], unit),
            recallable_until=until if recallable[i] else None,
            quantity=quantities[i],
        )
        for i, leg in enumerate(legs)
        if shared.gross[i].any()
    )


def _check(distribution: Distribution, components: Ints, unit: Decimal) -> None:
    if (components < 0).any() or not components.any():
        raise ValueError(
            f"distribution {distribution.distribution_id}: expected components >= 0 that sum to more than zero, "
            f"found {distribution.total}"
        )
    if distribution.in_kind and distribution.in_kind.fair_value(unit) != distribution.total:
        raise ValueError(
            f"distribution {distribution.distribution_id}: expected securities worth {distribution.total}, found "
            f"{distribution.in_kind.fair_value(unit)}"
        )


def _rates(distribution: Distribution, legs: Sequence[Recipient], terms: DistributionTerms) -> Ints:
    """The rate withheld of each leg's components, (legs, components)."""
    rates = [
        withholding_rate(
            terms.withholding,
            distribution.income_class(component),
            leg.jurisdiction,
            is_return_of_capital=component is Component.RETURN_OF_CAPITAL,
            investor_default=leg.default_withholding_rate,
            side_letter=leg.side_letter_withholding,
        )
        for leg in legs
        for component in COMPONENTS
    ]
    return rate_units(rates).reshape(len(legs), len(COMPONENTS))


def _recallable(
    distribution: Distribution, legs: Sequence[Recipient], gross: Ints, terms: DistributionTerms, unit: Decimal
) -> tuple[Ints, dt.date | None]:
    recall = terms.recallable
    if recall is None or not is_recallable(
        recall,
        distribution.recallable_reason,
        distribution.distribution_date,
        distribution.investment_date,
        distribution.investment_period_end,
    ):
        return np.zeros(len(legs), dtype=np.int64), None
    eligible = gross @ _BASIS[recall.basis]
    if recall.basis is RecallBasis.FEES_AND_EXPENSES:
        eligible = np.minimum(eligible, minor_units((leg.fees_contributed for leg in legs), unit))
    amounts = recallable_amounts(
        eligible,
        minor_units((leg.commitment for leg in legs), unit),
        minor_units((leg.already_recallable for leg in legs), unit),
        None if recall.cap_share is None else int(rate_units([recall.cap_share])[0]),
    )
    return amounts, recallable_until(recall, distribution.investment_period_end)


def _quantities(
    in_kind: InKind | None, legs: Sequence[Recipient], gross: Ints, unit: Decimal
) -> Sequence[Decimal | None]:
    if in_kind is None:
        return [None] * len(legs)
    weights = [in_money(amount, unit) for amount in gross]
    return allocate(in_kind.quantity, weights, in_kind.quantity_unit, [leg.commitment_id for leg in legs])
