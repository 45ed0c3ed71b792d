"""What a plant or well has produced in the year up to the strike, beside what it is forecast to. No values.

Source: nav 2 (M-EN), input-contracts 4.2 (Production).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from calculations.months import add_months, as_date
from calculations.nav.methods.energy.cash import YearOfCash
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, Unavailable

DAYS_A_YEAR = 365
ZERO = Decimal(0)


def production_measures(evidence: Evidence, years: Sequence[YearOfCash], unit: str) -> tuple[Measure, ...]:
    """The first forecast year at the pace of a whole one; output and curtailment of the last twelve months at the pace
    of a year, and their ratio. Those of production are left out where none is stated.

    Volumes have the unit MWH, or COUNT for barrels and thousand cubic feet. Raises Unavailable UNIT_MISMATCH for
    production in another unit (energy is not capacity), BAD_SCHEDULE, MISSING_TERMS where curtailment is not stated.
    """
    shown = "MWH" if unit == "MWH" else "COUNT"
    measures = []
    expected = ZERO
    with precise():
        if years:
            expected = years[0].volume / years[0].year.share
            measures.append(Measure("FORECAST_OUTPUT", expected, shown))
        made = _last_year(evidence, unit)
        if made is not None:
            produced, curtailed = made
            measures.append(Measure("OUTPUT", produced, shown))
            measures.append(Measure("CURTAILMENT", curtailed, shown))
            if expected:
                measures.append(Measure("OUTPUT_TO_FORECAST", produced / expected, "FRACTION"))
    return tuple(measures)


def _last_year(evidence: Evidence, unit: str) -> tuple[Decimal, Decimal] | None:
    """Output and curtailment a year: of each asset by its days, added up. None where nothing was reported."""
    since = as_date(add_months(evidence.day, -12))
    rows = [
        row
        for row in evidence.latest(evidence.stated.production, "period_end", "asset_id", "period_start")
        if row["period_start"] > since
    ]
    sums: dict[str, tuple[Decimal, Decimal, int]] = {}
    for row in rows:
        where = f"{evidence.product_id}, {row['asset_id']} from {row['period_start']}"
        if row["unit"] != unit:
            raise Unavailable("UNIT_MISMATCH", f"{where}: production must be in {unit}, found {row['unit']}")
        days = (row["period_end"] - row["period_start"]).days + 1
        if days <= 0:
            raise Unavailable("BAD_SCHEDULE", f"{where}: a period must not end before, found {row['period_end']}")
        produced, curtailed, counted = sums.get(row["asset_id"], (ZERO, ZERO, 0))
        sums[row["asset_id"]] = (
            produced + evidence.required("output", row),
            curtailed + evidence.required("curtailment", row),
            counted + days,
        )
    if not sums:
        return None
    return (
        sum((produced * DAYS_A_YEAR / days for produced, _, days in sums.values()), ZERO),
        sum((curtailed * DAYS_A_YEAR / days for _, curtailed, days in sums.values()), ZERO),
    )
