"""All suites in one list, stage by stage. Running them is the runner's."""

from __future__ import annotations

from expectations.rules import Suite
from expectations.suites.calc import CALC
from expectations.suites.compliance import COMPLIANCE
from expectations.suites.equalisation import EQUALISATION
from expectations.suites.fund_figures import FUND_FIGURES
from expectations.suites.funds import FUNDS
from expectations.suites.ledgers import LEDGERS
from expectations.suites.marts import MARTS
from expectations.suites.migrations import MIGRATIONS
from expectations.suites.navs import NAVS
from expectations.suites.operations import OPERATIONS
from expectations.suites.pacing import PACING
from expectations.suites.projections import PROJECTIONS
from expectations.suites.raw import RAW
from expectations.suites.staging import STAGING
from expectations.suites.waterfalls import WATERFALLS

SUITES: tuple[Suite, ...] = (
    *RAW,
    *STAGING,
    *CALC,
    *COMPLIANCE,
    *PROJECTIONS,
    *MIGRATIONS,
    *FUNDS,
    *FUND_FIGURES,
    *WATERFALLS,
    *LEDGERS,
    *NAVS,
    *EQUALISATION,
    *PACING,
    *OPERATIONS,
    *MARTS,
)
