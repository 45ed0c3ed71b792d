"""A pool's collateral: its terms, and what it pays in each scenario. What a deal does with the cash does not belong here."""

from calculations.clo.collateral.assets import AssetTerms, Rejection, read_assets
from calculations.clo.collateral.flows import AssetFlows, CollateralFlows, FeatureFlows
from calculations.clo.collateral.projection import project, project_assets

__all__ = [
    "AssetFlows",
    "AssetTerms",
    "CollateralFlows",
    "FeatureFlows",
    "Rejection",
    "project",
    "project_assets",
    "read_assets",
]
