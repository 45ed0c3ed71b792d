"""An energy product from its rows: operations as an asset, decommissioning as a liability, output beside its forecast.

Formulas are in the modules beside this one. Source: nav 2 (M-EN), input-contracts 4.1 to 4.4.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from calculations.nav.methods.cash_flows import discount_factor
from calculations.nav.methods.energy.cash import YearOfCash, output, worth
from calculations.nav.methods.energy.decline import Decline
from calculations.nav.methods.energy.prices import price_of
from calculations.nav.methods.energy.production import production_measures
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.forecast import (
    ForecastYear,
    Horizon,
    calendar_years,
    grown,
    horizon,
    money_assumed,
    money_if_assumed,
)
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, Unavailable, Valuation

METHOD = "ENERGY/1"
POWER = ("SOLAR", "WIND", "STORAGE", "HYDRO")
WELLS = {"OIL": "BBL", "GAS": "MCF"}
HOURS_A_DAY, HOURS_A_YEAR = 24, Decimal(8760)
PV_10 = Decimal("0.1")
ZERO = Decimal(0)


def value(evidence: Evidence) -> Valuation:
    """Present value of the cash of every year left, less that of decommissioning at its year's end.

    Power comes from capacity, hours and capacity factor, oil and gas from a decline that ends at the economic limit.
    Measures: enterprise value, the volume of the first year, output against it and, of wells, the disclosure PV-10
    (before tax, no fair value). Raises Unavailable UNKNOWN_SUBTYPE and what the figures lack.
    """
    years = forecast(evidence)
    timing = evidence.assumptions.text("DISCOUNT_TIMING")
    operations = worth(years, timing)
    removal = _decommissioning(evidence)
    with precise():
        enterprise = operations - removal
    measures = [Measure("ENTERPRISE_VALUE", enterprise, "MONEY", currency=evidence.currency)]
    is_power = evidence.product["subtype"] in POWER
    if not is_power:
        measures.append(Measure("PV_10", worth(years, timing, at=PV_10), "MONEY", currency=evidence.currency))
    lines = [evidence.line("operations", operations, method="DCF", fair_value_level=3)]
    if removal:
        lines.append(
            evidence.line(
                "decommissioning", removal.copy_negate(), kind="DECOMMISSIONING", method="DCF", fair_value_level=3
            )
        )
    unit = "MWH" if is_power else WELLS[evidence.product["subtype"]]
    return evidence.valuation(METHOD, lines, measures=(*measures, *production_measures(evidence, years, unit)))


def forecast(evidence: Evidence) -> tuple[YearOfCash, ...]:
    """The cash of each year that is left."""
    subtype = evidence.product["subtype"]
    if subtype in POWER:
        return _power(evidence)
    if subtype in WELLS:
        return _well(evidence)
    raise Unavailable(
        "UNKNOWN_SUBTYPE",
        f"{evidence.product_id}: subtype must be one of {', '.join((*POWER, *WELLS))}; found {subtype}",
    )


def _power(evidence: Evidence) -> tuple[YearOfCash, ...]:
    plan = horizon(evidence, evidence.product["decommission_date"])
    megawatts = evidence.required("capacity_mw")
    factor = evidence.assumptions.value("CAPACITY_FACTOR")
    degradation = evidence.assumptions.value("DEGRADATION_RATE")
    by_capacity, fixed = money_if_assumed(evidence, "OPEX_PER_MW"), money_if_assumed(evidence, "OPEX")
    if by_capacity is None and fixed is None:
        money_assumed(evidence, "OPEX_PER_MW")
    found = []
    with precise():
        opex = (by_capacity or ZERO) * megawatts + (fixed or ZERO)
        for year in plan.years():
            whole = output(megawatts, _hours(evidence, plan, year), factor, degradation, year.number)
            found.append(_year(evidence, plan, year, whole * year.share, opex))
    return tuple(found)


def _hours(evidence: Evidence, plan: Horizon, year: ForecastYear) -> Decimal:
    """8760, or those of the very year, which has 24 more where it holds a 29 February."""
    basis = str(evidence.product["hours_basis"] or HOURS_A_YEAR)
    if basis == str(HOURS_A_YEAR):
        return HOURS_A_YEAR
    if basis == "ACTUAL":
        days = (plan.first_day(year.number + 1) - plan.first_day(year.number)).days
        return Decimal(days * HOURS_A_DAY)
    raise Unavailable(
        "UNSUPPORTED_CONVENTION", f"{evidence.product_id}: hours_basis must be 8760 or ACTUAL, found {basis}"
    )


def _well(evidence: Evidence) -> tuple[YearOfCash, ...]:
    flow = evidence.assumptions.stated("ARPS_QI", "MULTIPLE")
    qi = evidence.assumptions.value("ARPS_QI", "MULTIPLE")
    decline = Decline(qi, _per_year(evidence, "ARPS_DI"), _per_year(evidence, "ARPS_B"))
    until = decline.years_until(_per_year(evidence, "ECONOMIC_LIMIT"))
    most = evidence.assumptions.find("LIFE_YEARS", "COUNT")
    if until is None or (most is not None and most.value is not None and most.value < until):
        until = evidence.assumptions.value("LIFE_YEARS", "COUNT")
    elapsed = calendar_years(flow.as_of, evidence.day, evidence.product["year_fraction"])
    plan = Horizon(flow.as_of, until, elapsed)
    opex = money_assumed(evidence, "OPEX")
    found = []
    with precise():
        for year in plan.years():
            volume = decline.volume(elapsed + year.start, elapsed + year.end)
            found.append(_year(evidence, plan, year, volume, opex))
    return tuple(found)


def _per_year(evidence: Evidence, name: str) -> Decimal:
    return evidence.assumptions.value(name, "MULTIPLE")


def _year(evidence: Evidence, plan: Horizon, year: ForecastYear, volume: Decimal, opex: Decimal) -> YearOfCash:
    """One year's cash; `opex` is that of the first whole year."""
    sold = price_of(evidence, plan, year)
    tax = evidence.assumptions.find("TAX_RATE", "FRACTION")
    if tax is not None and tax.value is not None and not 0 <= tax.value <= 1:
        raise Unavailable("DOMAIN", f"{evidence.product_id}: tax rate must be from 0 to 1, found {tax.value}")
    with precise():
        cost = grown(opex, evidence.assumptions.value("OPEX_ESCALATION"), year.number - 1) * year.share
    made = YearOfCash(year, volume, sold.price, cost, sold.rate, sold.certificate)
    # a plant of which no tax rate is assumed is valued before tax
    return made if tax is None else replace(made, tax_rate=tax.value or ZERO)


def _decommissioning(evidence: Evidence) -> Decimal:
    """What removal costs, discounted from the end of its year."""
    cost = money_assumed(evidence, "DECOMMISSIONING_COST")
    year = evidence.assumptions.stated("DECOMMISSIONING_YEAR", "COUNT")
    elapsed = calendar_years(year.as_of, evidence.day, evidence.product["year_fraction"])
    with precise():
        years = evidence.assumptions.value("DECOMMISSIONING_YEAR", "COUNT") - elapsed
        if years < 0:
            raise Unavailable(
                "DOMAIN", f"{evidence.product_id}: decommissioning must lie ahead, found {-years} years ago"
            )
        return cost * discount_factor(evidence.assumptions.value("DISCOUNT_RATE"), years)
