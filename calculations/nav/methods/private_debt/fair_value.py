"""A loan at fair value: its contractual flows at the yield of the market, what the company covers, or a recovery.

Amortised cost and allowances do not belong here. Source: nav 2 (M-PD).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.cash_flows import Flow, discount_factor, present_value, years_between
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.methods.private_debt.contract import Contract
from calculations.nav.methods.private_equity.companies import equity_value, multiple_value
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

DAYS_A_YEAR = 365


def fair_value(evidence: Evidence, contract: Contract, *, is_impaired: bool) -> tuple[Decimal, str]:
    """The value with its accrued interest, and the method: YIELD, COVERAGE where the company is worth less, RECOVERY.

    Raises Unavailable MISSING_ASSUMPTION without a market yield, UNIT_MISMATCH for one that does not compound yearly,
    STALE_VALUATION, MISSING_TERMS.
    """
    if is_impaired:
        return _recovered(evidence, contract), "RECOVERY"
    convention = evidence.product["year_fraction"]
    flows = [
        Flow(years_between(evidence.day, day, convention), payment.cash)
        for day, payment in zip(contract.dates, contract.left, strict=True)
    ]
    by_yield = present_value(flows, _market_yield(evidence))
    covered = _coverage(evidence)
    if covered is not None and covered < by_yield:
        return covered, "COVERAGE"
    return by_yield, "YIELD"


def _market_yield(evidence: Evidence) -> Decimal:
    """As the latest valuation by yield says, else as assumed; effective a year."""
    row = _latest(evidence, "YIELD")
    if row is not None and row["discount_rate"] is not None:
        stated: Decimal = row["discount_rate"]
        return stated
    assumed = evidence.assumptions.stated("MARKET_YIELD", "FRACTION")
    if assumed.compounding not in (None, "ANNUAL"):
        raise Unavailable(
            "UNIT_MISMATCH", f"{evidence.product_id}: MARKET_YIELD must compound ANNUAL, found {assumed.compounding}"
        )
    return evidence.assumptions.value("MARKET_YIELD")


def _coverage(evidence: Evidence) -> Decimal | None:
    """Enterprise value less the debt that comes before this one (net_debt); None where the company is not valued."""
    row = _latest(evidence, "MARKET_MULTIPLE")
    if row is None:
        return None
    enterprise = multiple_value(
        evidence.required("metric_value", row),
        evidence.required("multiple", row),
        row["marketability_discount"] or Decimal(0),
    )
    return equity_value(enterprise, evidence.required("net_debt", row))


def _recovered(evidence: Evidence, contract: Contract) -> Decimal:
    """What the latest recovery analysis says, else the balance x the recovery rate assumed, when it is collected."""
    row = _latest(evidence, "RECOVERY")
    if row is not None:
        stated: Decimal = evidence.required("amount", row)
        return stated
    rate = evidence.assumptions.value("RECOVERY")
    if not 0 <= rate <= 1:
        raise Unavailable("DOMAIN", f"{evidence.product_id}: RECOVERY must be from 0 to 1, found {rate}")
    with precise():
        years = Decimal(int(evidence.required("collection_period_days"))) / DAYS_A_YEAR
        return contract.carried.balance * rate * discount_factor(_market_yield(evidence), years)


def _latest(evidence: Evidence, method: str) -> Row | None:
    """The latest valuation by the method. Raises Unavailable STALE_VALUATION where it is too old for a private mark."""
    rows: Sequence[Row] = evidence.latest(
        rows_of(evidence.stated.valuations, method=method), "valuation_date", "method"
    )
    if not rows:
        return None
    row, limit = rows[0], evidence.policy.price_age_limits["LOAN"]
    if evidence.point.is_older(row["valuation_date"], limit) or (row["valid_until"] or evidence.day) < evidence.day:
        raise Unavailable(
            "STALE_VALUATION",
            f"{row['subject_id']}: a mark may be {limit.count} days old, found {method} of {row['valuation_date']}",
        )
    if row["currency"] != evidence.currency:
        raise Unavailable(
            "UNIT_MISMATCH", f"{row['subject_id']}: must be in {evidence.currency}, found {row['currency']}"
        )
    return row
