"""The terms of the demo funds as the JSON their sheets hold. Applying them does not belong here.

Source: input-contracts 3.1.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from ingestion.samples.funds.parameters import FundPlan

# Of carry paid deal by deal, and how far net assets must exceed the cost still invested before it is released.
ESCROW_SHARE = 0.30
ESCROW_COVERAGE = 1.25
# From this day on one fund tests for clawback every year.
INTERIM_CLAWBACK = {"ALDER-GROWTH-II": dt.date(2021, 7, 1)}
IS_DEAL_BY_DEAL = ("AMERICAN_STRICT", "AMERICAN_REALISED")


def as_text(content: Any) -> str:
    """Canonical JSON: sorted keys, no spaces."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def waterfall(plan: FundPlan, *, interim_clawback: bool = False) -> dict[str, Any]:
    """The waterfall of a fund."""
    hurdle = {
        "kind": "RATE",
        "rate": f"{plan.hurdle:.4f}",
        "base": "CONTRIBUTED",
        "convention": plan.convention,
        "catch_up": f"{plan.catch_up:.2f}",
    }
    content: dict[str, Any] = {
        "style": plan.style,
        "order": "CAPITAL_FIRST",
        "carry": f"{plan.carry:.4f}",
        "hurdles": [hurdle],
        "start": "DUE_DATE",
        "hurdle_floor": "ZERO",
        "clawback": {
            "tests": ["EXCESS", "SHORTFALL"],
            "interim": "ANNUAL" if interim_clawback else "NONE",
            "net_of_tax": True,
        },
    }
    if plan.style in IS_DEAL_BY_DEAL:
        content |= {
            "expense_allocation": "PRO_RATA_COST",
            "unrealised": "LOWER_COST_MARKET",
            "carry_on_current_income": True,
            "escrow": {"share": f"{ESCROW_SHARE:.2f}", "nav_coverage": f"{ESCROW_COVERAGE:.2f}"},
        }
    return content


def fund_terms(plan: FundPlan) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name and content of every term but the waterfall, by type."""
    rate = next((closing.rate for closing in plan.closings if closing.rate is not None), 0.08)
    on_index = next((closing for closing in plan.closings if closing.index), None)
    interest: dict[str, Any] = {"rate": f"{rate:.4f}", "compounds": False, "day_count": "ACT_365F"}
    if on_index is not None:
        interest = {
            "index_id": on_index.index,
            "spread": f"{on_index.spread:.4f}",
            "compounds": False,
            "day_count": "ACT_365F",
        }
    fee = {
        "basis": "COMMITMENTS",
        "rate": f"{plan.fee_rate:.4f}",
        "frequency": "QUARTERLY",
        "timing": "ADVANCE",
        "day_count": "30_360",
        "step_downs": [{"from": "INVESTMENT_PERIOD_END", "basis": "INVESTED_CAPITAL", "rate": f"{plan.fee_rate:.4f}"}],
        "offset_share": "1.00",
        "net_order": ["WAIVERS", "REBATES", "OFFSETS"],
    }
    late = {"rate": "0.1200", "day_count": "ACT_365F", "to": "FUND"}
    return {
        "FEE_STRUCTURE": ("Management fee", fee),
        "DISTRIBUTION": (
            "Distributions",
            {
                "recallable": {"basis": "COST", "cap_share": "0.20", "months": 12},
                # investors have a rate of their own for income; what a sale gains is taxed at home
                "withholding": [{"income_class": "GAIN", "rate": "0"}],
                "record_days": 10,
            },
        ),
        "CAPITAL_CALL": (
            "Capital calls",
            {"basis": "COMMITMENT", "notice_business_days": 10, "overpayment": "REFUSE", "grace_days": 5},
        ),
        "DEFAULT": (
            "Default",
            {
                "cure_days": 10,
                "cure_day_type": "BUSINESS",
                "late_interest": late,
                "remedies": ["INTEREST", "SET_OFF", "FORFEITURE"],
                "forfeiture_share": "0.50",
            },
        ),
        "CLOSING": (
            "Late closings",
            {"interest": interest, "earlier_deals": "COST", "earlier_distributions": "EXCLUDED"},
        ),
    }
