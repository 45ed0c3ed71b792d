"""Money market funds under SEC rule 2a-7 and Regulation (EU) 2017/1131. Only the public names; each has its own module."""

from calculations.nav.money_market.compliance import Compliance, check
from calculations.nav.money_market.fees import LiquidityFee, mandatory_liquidity_fee
from calculations.nav.money_market.measures import Measure, Measures, measures
from calculations.nav.money_market.regulation import Regulation, regulation
from calculations.nav.money_market.stress import StressPolicy, StressResult, stress
from calculations.nav.money_market.terms import Holding, MoneyMarketFund
from calculations.nav.money_market.yields import base_period_return, effective_yield, seven_day_yield

__all__ = [
    "Compliance",
    "Holding",
    "LiquidityFee",
    "Measure",
    "Measures",
    "MoneyMarketFund",
    "Regulation",
    "StressPolicy",
    "StressResult",
    "base_period_return",
    "check",
    "effective_yield",
    "mandatory_liquidity_fee",
    "measures",
    "regulation",
    "seven_day_yield",
    "stress",
]
