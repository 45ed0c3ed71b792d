"""A private debt product: its loan at amortised cost, accrued interest and allowance, or at fair value.

The contract, the losses and the fair value have modules of their own. Source: nav 2 (M-PD), input-contracts 4.1 to 4.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from calculations.months import add_months, as_date
from calculations.nav.market import Row
from calculations.nav.methods.cash_flows import years_between
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.private_debt.contract import Contract, accrued, days_past_due, read_contract
from calculations.nav.methods.private_debt.fair_value import fair_value
from calculations.nav.methods.private_debt.losses import (
    IMPAIRED,
    INCREASED_RISK_DAYS,
    PERFORMING,
    YearOfRisk,
    expected_loss,
    stage,
)
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, NavLine, Unavailable, Valuation

METHOD = "PRIVATE_DEBT/1"
REGIMES = ("IFRS9", "CECL", "FAIR_VALUE")
MONTHS = 12
ZERO = Decimal(0)


@dataclass(frozen=True)
class Standing:
    """How the loan stands with its debtor."""

    stage: int
    days_past_due: int
    is_non_accrual: bool


def value(evidence: Evidence) -> Valuation:
    """Lines of the loan, of interest accrued beside it, in cash and in kind, and of the allowance.

    A list of positions may hold the loan itself, for its stage, days past due and accrual; it is not valued again.
    Measures: the effective rate of a year, stage, days past due. Raises Unavailable UNSUPPORTED_CONVENTION for another
    regime, DUPLICATE_INPUT or, of a loan that accrues nothing, DOMAIN for interest stated as an accrual, DOMAIN for an
    allowance above the exposure, and what the contract raises.
    """
    regime = evidence.required("impairment_regime")
    if regime not in REGIMES:
        raise Unavailable(
            "UNSUPPORTED_CONVENTION",
            f"{evidence.product_id}: regime must be one of {', '.join(REGIMES)}; found {regime}",
        )
    loans = [row for row in evidence.stated.held_on(evidence.day) if row["holding_type"] == "LOAN"]
    standing = _standing(evidence, loans)
    _require_no_stated_interest(evidence, standing)
    contract = read_contract(evidence)
    if regime == "FAIR_VALUE" or evidence.product["measurement_basis"] == "FAIR_VALUE":
        is_impaired = standing.stage == IMPAIRED or standing.is_non_accrual
        amount, method = fair_value(evidence, contract, is_impaired=is_impaired)
        lines = [evidence.line("loan", amount, method=method, fair_value_level=3, quantity=contract.carried.balance)]
    else:
        lines = _amortised(evidence, contract, standing, regime)
    held = {row["instrument_id"] for row in loans}
    measures = (
        Measure("EFFECTIVE_RATE", contract.annual_rate, "FRACTION"),
        Measure("IMPAIRMENT_STAGE", Decimal(standing.stage), "COUNT"),
        Measure("DAYS_PAST_DUE", Decimal(standing.days_past_due), "DAYS"),
    )
    positions = tuple(each for each in evidence.inputs.positions if each.instrument_id not in held)
    return evidence.valuation(METHOD, lines, positions=positions, measures=measures)


def _standing(evidence: Evidence, loans: Sequence[Row]) -> Standing:
    """The worst of what the lots of the loan say, and what the schedule says of missed payments."""
    stages = [int(row["impairment_stage"]) for row in loans if row["impairment_stage"] is not None]
    late = [int(row["days_past_due"]) for row in loans if row["days_past_due"] is not None]
    days = max([*late, days_past_due(evidence)])
    trigger = evidence.assumptions.find("ECL_STAGE_TRIGGER_DAYS", "DAYS")
    limit = INCREASED_RISK_DAYS if trigger is None or trigger.value is None else int(trigger.value)
    return Standing(
        stage(max(stages, default=None), days, limit), days, any(bool(row["is_non_accrual"]) for row in loans)
    )


def _require_no_stated_interest(evidence: Evidence, standing: Standing) -> None:
    stated = [accrual.accrual_id for accrual in evidence.inputs.accruals if accrual.kind == "INTEREST_RECEIVABLE"]
    if stated and standing.is_non_accrual:
        raise Unavailable("DOMAIN", f"{evidence.product_id}: a non-accrual loan accrues nothing, found {stated[0]}")
    if stated:
        raise Unavailable(
            "DUPLICATE_INPUT", f"{evidence.product_id}: interest accrues by the loan, found {stated[0]} too"
        )


def _amortised(evidence: Evidence, contract: Contract, standing: Standing, regime: str) -> list[NavLine]:
    """Gross carrying amount, interest beside it and the allowance, which is deducted from assets."""
    level: dict[str, Any] = {"method": "AMORTISED_COST", "fair_value_level": 3}
    carry = contract.carried.amount
    allowance = _allowance(evidence, contract, standing, regime)
    with precise():
        # of an impaired loan, interest is earned on what is left after the allowance
        earning = 1 - allowance / carry if regime == "IFRS9" and standing.stage == IMPAIRED else Decimal(1)
        interest = {"interest": contract.coupon, "interest-in-kind": contract.kept}
        amounts = {
            name: ZERO if standing.is_non_accrual else accrued(evidence, contract, rate) * earning
            for name, rate in interest.items()
        }
        exposure = carry + sum(amounts.values(), ZERO)
    if allowance > exposure:
        raise Unavailable(
            "DOMAIN", f"{evidence.product_id}: the allowance {allowance} must not be above the exposure {exposure}"
        )
    lines = [evidence.line("loan", carry, quantity=contract.carried.balance, rate=contract.annual_rate, **level)]
    for name, amount in amounts.items():
        if interest[name]:
            basis: dict[str, Any] = {"basis_amount": contract.carried.balance, "rate": interest[name]}
            lines.append(evidence.line(name, amount, kind="INTEREST_RECEIVABLE", **basis, **level))
    taken = evidence.line(
        "allowance", allowance.copy_negate(), kind="ECL_ALLOWANCE", side="ASSET", basis_amount=carry, **level
    )
    return [*lines, taken]


def _allowance(evidence: Evidence, contract: Contract, standing: Standing, regime: str) -> Decimal:
    """12 months in stage 1, the whole life in stage 2 and by CECL; in stage 3 the default has happened."""
    loss = evidence.assumptions.value("LGD")
    factor = evidence.assumptions.find("EAD_FACTOR", "FRACTION")
    drawn = Decimal(1) if factor is None or factor.value is None else factor.value
    carry = contract.carried.amount
    with precise():
        if standing.stage == IMPAIRED:
            years = [YearOfRisk(Decimal(1), carry * drawn, ZERO)]
        else:
            halfway = evidence.assumptions.value("ECL_DISCOUNT_YEARS", "YEARS")
            if regime == "IFRS9" and standing.stage == PERFORMING:
                years = [YearOfRisk(evidence.assumptions.value("PD_12M"), carry * drawn, halfway)]
            else:
                years = _lifetime(evidence, contract, drawn, halfway)
    return expected_loss(years, loss, contract.annual_rate)


def _lifetime(evidence: Evidence, contract: Contract, drawn: Decimal, halfway: Decimal) -> list[YearOfRisk]:
    """Each year to maturity with the PD of its tenor (1Y, 2Y ...) and what of the carry is not repaid by its start."""
    left = years_between(evidence.day, contract.dates[-1], evidence.product["year_fraction"])
    found = []
    with precise():
        for year in range(int(left.to_integral_value(ROUND_CEILING))):
            start = as_date(add_months(evidence.day, MONTHS * year))
            share = contract.balance_at(start) / contract.carried.balance
            probability = evidence.assumptions.value("PD", tenor=f"{year + 1}Y")
            exposure = contract.carried.amount * share * drawn
            found.append(YearOfRisk(probability, exposure, min(year + halfway, left)))
    return found
