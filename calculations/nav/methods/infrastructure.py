"""An infrastructure product from its rows: the equity of a concession, or the value of a regulated asset base.

Formulas are in infrastructure_values. Source: nav 2 (M-INF), input-contracts 4.1 to 4.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from calculations.months import add_months, as_date
from calculations.nav.market import Row
from calculations.nav.methods.cash_flows import Flow, present_value, years_between
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.methods.forecast import grown, horizon, money_assumed
from calculations.nav.methods.infrastructure_values import (
    BaseYear,
    Distribution,
    Period,
    asset_base,
    distributions,
)
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, Unavailable, Valuation

METHOD = "INFRASTRUCTURE/1"
ZERO = Decimal(0)
MONTHS = 12


def value(evidence: Evidence) -> Valuation:
    """Raises Unavailable UNKNOWN_SUBTYPE for a product that is neither a concession nor regulated."""
    subtype = evidence.product["subtype"]
    if subtype == "CONCESSION":
        return _concession(evidence)
    if subtype == "REGULATED":
        return _regulated(evidence)
    raise Unavailable(
        "UNKNOWN_SUBTYPE", f"{evidence.product_id}: subtype must be CONCESSION or REGULATED, found {subtype}"
    )


def _concession(evidence: Evidence) -> Valuation:
    """Distributions to the end of the concession at the cost of equity; nothing comes after that.

    Debt is served by the flows: a borrowing beside them would be deducted twice. Measures: the first, least and last
    cover of debt service, and in how many periods distributions are locked up. Raises Unavailable DOMAIN for a
    terminal value, DUPLICATE_INPUT for a borrowing.
    """
    if evidence.assumptions.find("TERMINAL_GROWTH", "FRACTION") is not None:
        raise Unavailable("DOMAIN", f"{evidence.product_id}: a concession ends and has no terminal value, found growth")
    if any(accrual.kind == "BORROWING" for accrual in evidence.inputs.accruals):
        raise Unavailable(
            "DUPLICATE_INPUT", f"{evidence.product_id}: the flows of a concession serve its debt, found a borrowing too"
        )
    paid = concession_distributions(evidence)
    with precise():
        flows = [Flow(each.period.years, each.amount) for each in paid]
        worth = present_value(flows, evidence.assumptions.value("EQUITY_DISCOUNT_RATE"))
    line = evidence.line("concession", worth, method="EQUITY_DCF", fair_value_level=3)
    covers = [each.period.dscr for each in paid if each.period.dscr is not None]
    found = {"DSCR_FIRST": covers[0], "DSCR_MINIMUM": min(covers), "DSCR_LAST": covers[-1]} if covers else {}
    measures = [Measure(name, cover, "MULTIPLE") for name, cover in found.items()]
    locked = sum(1 for each in paid if each.locked_up)
    return evidence.valuation(
        METHOD, [line], measures=(*measures, Measure("LOCKED_UP_PERIODS", Decimal(locked), "COUNT"))
    )


def concession_distributions(evidence: Evidence) -> tuple[Distribution, ...]:
    """What the concession pays its owners from the day on, by its schedule, else by what is assumed of a base year."""
    rows = [r for r in rows_of(evidence.stated.schedules, kind="CONCESSION") if r["event_date"] > evidence.day]
    periods = _scheduled(evidence, rows) if rows else _assumed(evidence)
    return distributions(periods, evidence.product["distribution_lockup_dscr"])


def _scheduled(evidence: Evidence, rows: Sequence[Row]) -> list[Period]:
    last = evidence.required("concession_end_date")
    served = {
        row["event_date"]: row for row in rows_of(evidence.stated.schedules, kind="DEBT_SERVICE", status="SCHEDULED")
    }
    found: dict[object, Period] = {}
    for row in rows:
        day = row["event_date"]
        if day > last:
            raise Unavailable(
                "BAD_SCHEDULE", f"{evidence.product_id}: the concession ends on {last}, found a flow on {day}"
            )
        if day in found:
            raise Unavailable("BAD_SCHEDULE", f"{evidence.product_id}: one row a day, found two on {day}")
        if row["currency"] != evidence.currency:
            raise Unavailable(
                "UNIT_MISMATCH", f"{evidence.product_id}: flows must be in {evidence.currency}, found {row['currency']}"
            )
        found[day] = Period(
            years=years_between(evidence.day, day, evidence.product["year_fraction"]),
            revenue=evidence.required("amount", row),
            opex=evidence.required("amount_2", row),
            capex=evidence.required("amount_3", row),
            debt_service=_debt_service(evidence, row, served.get(day)),
        )
    return list(found.values())


def _debt_service(evidence: Evidence, row: Row, served: Row | None) -> Decimal:
    """As the concession states it, and as the schedule of the debt does: they must agree where both do."""
    stated: Decimal | None = row["amount_4"]
    if served is None:
        required: Decimal = evidence.required("amount_4", row)
        return required
    with precise():
        total: Decimal = evidence.required("amount", served) + evidence.required("amount_2", served)
    if stated is not None and stated != total:
        raise Unavailable(
            "BAD_SCHEDULE",
            f"{evidence.product_id}: debt service on {row['event_date']} is {stated} by CONCESSION, "
            f"{total} by DEBT_SERVICE",
        )
    return total


def _assumed(evidence: Evidence) -> list[Period]:
    """Revenue and costs of a base year, indexed from INDEXATION_FROM_YEAR on: all nominal, like the cost of equity."""
    last = evidence.product["concession_end_date"]
    plan = horizon(evidence, last)
    if last is not None and as_date(add_months(plan.base, int(MONTHS * plan.life))) > max(last, plan.base):
        raise Unavailable(
            "BAD_SCHEDULE",
            f"{evidence.product_id}: the concession ends on {last}, found {plan.life} years from {plan.base}",
        )
    first = int(evidence.assumptions.value("INDEXATION_FROM_YEAR", "COUNT"))
    found = []
    with precise():
        for year in plan.years():
            times = max(0, year.number - first + 1)
            revenue, opex = (
                grown(money_assumed(evidence, f"{name}_BASE"), evidence.assumptions.value(f"{name}_INDEXATION"), times)
                for name in ("REVENUE", "OPEX")
            )
            debt_service = money_assumed(evidence, "DEBT_SERVICE")
            found.append(Period(year.end, revenue * year.share, opex * year.share, debt_service * year.share))
    return found


def _regulated(evidence: Evidence) -> Valuation:
    """Asset base on the day x (1 + premium); debt is a liability beside it. Raises as `_base`."""
    base = _base(evidence)
    premium = evidence.assumptions.value("RAB_PREMIUM")
    if premium < -1:
        raise Unavailable("DOMAIN", f"{evidence.product_id}: a premium must be -1 or more, found {premium}")
    with precise():
        enterprise = base * (1 + premium)
    line = evidence.line("asset-base", enterprise, method="RAB", fair_value_level=3, basis_amount=base, rate=premium)
    measures = (
        Measure("RAB", base, "MONEY", currency=evidence.currency),
        Measure("ENTERPRISE_VALUE", enterprise, "MONEY", currency=evidence.currency),
    )
    return evidence.valuation(METHOD, [line], measures=measures)


def _base(evidence: Evidence) -> Decimal:
    """The last opening balance stated, rolled forward by every period that is over by the day.

    Raises Unavailable MISSING_TERMS where no period says what it opened with, UNIT_MISMATCH for another currency.
    """
    rows = sorted(rows_of(evidence.stated.schedules, kind="RAB"), key=lambda row: row["event_date"])
    opened = [
        at for at, row in enumerate(rows) if row["opening_balance"] is not None and _has_begun(evidence, rows, at)
    ]
    if not opened:
        raise Unavailable(
            "MISSING_TERMS", f"{evidence.product_id}: RAB needs an opening_balance by {evidence.day}, found none"
        )
    over = [at for at in range(opened[-1], len(rows)) if rows[at]["event_date"] <= evidence.day]
    if any(rows[at]["currency"] != evidence.currency for at in (opened[-1], *over)):
        raise Unavailable("UNIT_MISMATCH", f"{evidence.product_id}: RAB must be in {evidence.currency}")
    periods = [
        BaseYear(
            cpi=_cpi(evidence, rows, at),
            capex=evidence.required("amount", rows[at]),
            depreciation=evidence.required("amount_2", rows[at]),
        )
        for at in over
    ]
    return asset_base(rows[opened[-1]]["opening_balance"], periods)


def _has_begun(evidence: Evidence, rows: Sequence[Row], at: int) -> bool:
    """A period that does not say when it starts does so at the end of the one before; the first is taken to have."""
    start = rows[at]["period_start"] or (rows[at - 1]["event_date"] if at else None)
    return start is None or start <= evidence.day


def _cpi(evidence: Evidence, rows: Sequence[Row], at: int) -> Decimal:
    """Indexation of the period as it states it, else the yearly one assumed, by the length of the period."""
    stated: Decimal | None = rows[at]["rate"]
    if stated is not None:
        return stated
    start = rows[at]["period_start"] or (rows[at - 1]["event_date"] if at else None)
    if start is None:
        raise Unavailable(
            "MISSING_TERMS",
            f"{evidence.product_id}: the first RAB period needs a rate or a period_start, found neither",
        )
    years = years_between(start, rows[at]["event_date"], evidence.product["year_fraction"])
    yearly = evidence.assumptions.value("CPI")
    if yearly <= -1:
        raise Unavailable("DOMAIN", f"{evidence.product_id}: CPI must be above -1, found {yearly}")
    with precise():
        return (1 + yearly) ** years - 1
