"""Performance of funds, partners and investments. The public names only; each is explained where it is defined.

`fund_total` measures one fund from its records; the other modules measure many series in arrays. Source: fund-admin 3.
"""

from __future__ import annotations

from calculations.funds.performance.fund_total import (
    CAPITAL_ACCOUNTS,
    FAIR_VALUES,
    NO_TRANSACTIONS,
    NO_VALUATION,
    Amount,
    Flow,
    FundPerformance,
    FundRecord,
    Holding,
    fund_performance,
    performance_days,
)

__all__ = [
    "CAPITAL_ACCOUNTS",
    "FAIR_VALUES",
    "NO_TRANSACTIONS",
    "NO_VALUATION",
    "Amount",
    "Flow",
    "FundPerformance",
    "FundRecord",
    "Holding",
    "fund_performance",
    "performance_days",
]
