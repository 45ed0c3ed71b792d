"""NAVs of projects, redemption measures, corrections of NAVs, what restating them takes, premiums on them, equalisation and daily
dividends, for every organisation as it shows its products.

Rows are made in nav_project_rows, nav_redemption_rows, nav_restatement_rows, nav_premium_rows, nav_equalisation_rows and
nav_income_rows; what is shown is read by nav_shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from calculations.nav import errors, premiums, projects
from calculations.nav.validation import rules
from orchestration.assets.nav_equalisation_rows import (
    crystallisation_rows,
    equalised_classes,
    event_rows,
    lot_rows,
)
from orchestration.assets.nav_income_rows import dividend_rows, income_rows
from orchestration.assets.nav_premium_rows import premium_rows
from orchestration.assets.nav_project_rows import project_rows
from orchestration.assets.nav_redemption_rows import error_rows, redemption_rows
from orchestration.assets.nav_restatement_rows import effect_rows, restatement_rows, wrong_navs
from orchestration.assets.nav_shown import DEPS, SETS, shown_organization
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

PROJECTS, PRODUCTS = "calc.project_navs", "calc.project_nav_products"
REDEMPTIONS, ERRORS = "calc.redemption_measures", "calc.nav_errors"
RESTATEMENTS, EFFECTS = "calc.nav_restatements", "calc.nav_restatement_effects"
PREMIUMS = "calc.nav_premiums"
LOTS, EVENTS, CRYSTALLISATIONS = "calc.equalisation_lots", "calc.equalisation_events", "calc.fee_crystallisations"
INCOME, DIVIDENDS = "calc.income_equalisation", "calc.daily_dividends"
TABLES = (
    *(PROJECTS, PRODUCTS, REDEMPTIONS, ERRORS, RESTATEMENTS, EFFECTS, PREMIUMS),
    *(LOTS, EVENTS, CRYSTALLISATIONS, INCOME, DIVIDENDS),
)


def measure_projects(warehouse: Warehouse, nav_set_ids: Sequence[str]) -> Records:
    """Rows of the tables for every organisation whose set of shown NAVs is among `nav_set_ids`."""
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for organization, nav_set_id in warehouse.rows(
        f"select organization_id, nav_set_id from ({SETS}) where nav_set_id in (select unnest(?)) order by 1",
        [list(nav_set_ids)],
    ):
        keys = {"nav_set_id": nav_set_id, "organization_id": organization}
        shown = shown_organization(warehouse, organization)
        valued = list(project_rows(warehouse, shown))
        found[PROJECTS] += [keys | row for row, _ in valued]
        found[PRODUCTS] += [keys | part for _, parts in valued for part in parts]
        found[REDEMPTIONS] += [keys | row for row in redemption_rows(shown)]
        found[ERRORS] += [keys | row for row in error_rows(shown)]
        wrong = wrong_navs(warehouse, shown)
        found[RESTATEMENTS] += [keys | row for row in restatement_rows(shown, wrong)]
        found[EFFECTS] += [keys | row for row in effect_rows(warehouse, shown, wrong, valued)]
        found[PREMIUMS] += [keys | row for row in premium_rows(shown)]
        classes = equalised_classes(shown)
        found[LOTS] += [keys | row for row in lot_rows(classes)]
        found[EVENTS] += [keys | row for row in event_rows(classes)]
        found[CRYSTALLISATIONS] += [keys | row for row in crystallisation_rows(classes)]
        found[INCOME] += [keys | row for row in income_rows(shown)]
        found[DIVIDENDS] += [keys | row for row in dividend_rows(shown)]
    return found


NAV_PROJECTS = Calculation(
    name="nav_projects",
    description="NAVs of projects over their products, redemptions against net assets and shares, errors of NAVs and what "
    "restating them takes, premiums of market prices on them, performance fees owed for good and equalised, income equalised, and "
    "daily dividends.",
    tables=TABLES,
    key="nav_set_id",
    inputs=f"select nav_set_id from ({SETS})",
    deps=DEPS,
    compute=measure_projects,
    files=(errors.FILE, rules.FILE, projects.FILE, premiums.FILE),
    # what an organisation shows is known after the verdicts
    group="verdicts",
)
