"""Small pictures on the assets that a person would rather look at. Figures come from the warehouse as they stand."""

from orchestration.pictures.capital import commitment_picture
from orchestration.pictures.compliance import cushion_picture, industry_picture
from orchestration.pictures.current import (
    coverage_picture,
    fund_picture,
    j_curve_picture,
    nav_picture,
    performance_picture,
    pool_picture,
)
from orchestration.pictures.funds import tier_picture
from orchestration.pictures.migration import default_picture, loss_picture, rating_picture
from orchestration.pictures.money_market import money_market_picture
from orchestration.pictures.outlook import forecast_picture, front_page_picture, open_items_table
from orchestration.pictures.premiums import premium_picture
from orchestration.pictures.projected import equity_picture, paydown_picture, projected_coverage_picture

__all__ = [
    "commitment_picture",
    "coverage_picture",
    "cushion_picture",
    "default_picture",
    "equity_picture",
    "forecast_picture",
    "front_page_picture",
    "fund_picture",
    "industry_picture",
    "j_curve_picture",
    "loss_picture",
    "money_market_picture",
    "nav_picture",
    "open_items_table",
    "paydown_picture",
    "performance_picture",
    "pool_picture",
    "premium_picture",
    "projected_coverage_picture",
    "rating_picture",
    "tier_picture",
]
