"""Sheets All Assets and Asset Correlation of the legacy layout. Terms and states of assets do not belong here.

Source: clo-workbook 1.2 and 1.3.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.samples.grid import Grid, Value

# Header, column of the asset rows; a header without one holds the constant beside it.
COLUMNS: tuple[tuple[str, str | None, Value], ...] = (
    ("BLKRockID", "asset_id", None),
    ("Issue Name", "issue_name", None),
    ("Issuer Name", "issue_name", None),
    ("ISSUER ID", "issuer_id", None),
    ("Tranche", "tranche", None),
    ("Bond/Loan", "bond_loan", None),
    ("Par Amount", None, 0),
    ("Maturity", "maturity", None),
    ("Coupon Type", "coupon_type", None),
    ("Payment Frequency", "payment_frequency", None),
    ("Coupon Spread", "coupon_spread", None),
    ("Libor Floor", "libor_floor", None),
    ("Index", "index_name", None),
    ("Coupon", "coupon", None),
    ("Commitment Fee", None, 0),
    ("Unfunded Amount", None, 0),
    ("Facility Size", "facility_size", None),
    ("Moody's Industry", "moodys_industry", None),
    ("S&P Industry", "sp_industry", None),
    ("Moody Asset Category", "moodys_asset_category", None),
    ("S&P Priority Category", "sp_priority_category", None),
    ("Country ", "country", None),
    ("Seniority", "seniority", None),
    ("Deferred Interest Bond", None, "No"),
    ("PiKing", None, "No"),
    ("PIK Amount", None, 0),
    ("Default Obligation", "is_default_obligation", None),
    ("Date of Defaulted", "date_of_default", None),
    ("Delayed Drawdown ", "is_delayed_drawdown", None),
    ("Revolver", None, "No"),
    ("Letter of Credit", None, "No"),
    ("Participation", None, "No"),
    ("DIP", "is_dip", None),
    ("Convertible", None, "No"),
    ("Structured Finance", None, "No"),
    ("Bridge Loan", None, "No"),
    ("Current Pay", None, "No"),
    ("Cov-Lite", "is_cov_lite", None),
    ("Currency", None, "USD"),
    ("WAL", "wal", None),
    ("Market Value", "market_value", None),
    ("First Lien Last Out Loan", "is_first_lien_last_out", None),
    ("Moody's Rating-21", "moodys_rating", None),
    ("Moody's Recovery Rate-23", "moodys_recovery_rate", None),
    ("Moody's Default Probability Rating-18", "moodys_dp_rating", None),
    ("Moody's Rating WARF", "moodys_rating_warf", None),
    ("Moody Facility Rating", "moodys_facility_rating", None),
    ("Moody Facility Outlook", "moodys_facility_outlook", None),
    ("Moody Issuer Rating", "moodys_issuer_rating", None),
    ("Moody Issuer outlook", "moodys_issuer_outlook", None),
    ("Moody's Senior Secured Rating", "moodys_senior_secured_rating", None),
    ("Moody Senior Unsecured Rating", None, "NR"),
    ("Moody Subordinate Rating", None, "NR"),
    ("Moody's Credit Estimate", None, None),
    ("Moody's Credit Estimate Date", None, None),
    ("S&P Facility Rating", "sp_facility_rating", None),
    ("S&P Issuer Rating", "sp_issuer_rating", None),
    ("S&P Senior Secured Rating", None, "NR"),
    ("S&P Subordinated Rating", None, "NR"),
    ("S&P Recovery Rating", "sp_recovery_rating", None),
    ("Dated Date", "issue_date", None),
    ("Issue Date", "issue_date", None),
    ("First Payment Date", "first_payment_date", None),
    ("Amortization Type", None, "Scheduled"),
    ("Day Count", "day_count", None),
    ("Index Cap", None, 0),
    ("Business Day Convention", None, "Mod Following"),
    ("PMT EOM", None, True),
    ("Amount Issued", "facility_size", None),
    ("Credit Opinion", None, None),
)
LAST_FORMATTED_ROW = 1004


def _values(column: pd.Series) -> list[Value]:
    if column.dtype == bool:
        return ["Yes" if flag else "No" for flag in column]
    if pd.api.types.is_datetime64_any_dtype(column):
        # The legacy sheet writes 0 where there is no date.
        return [0 if pd.isna(day) else day.date() for day in column]
    return list(column.tolist())


def all_assets_sheet(assets: pd.DataFrame) -> Grid:
    """Header row and one row per asset, ordered by issue name; 70 columns and an empty 71st, formatted rows to 1004."""
    grid = Grid("All Assets", frozen_rows=1)
    rows = assets.assign(day_count=np.where(assets["coupon_type"] == "FIXED", "30/360", "ACTUAL/360")).sort_values(
        ["issue_name", "asset_id"]
    )
    for place, (header, source, constant) in enumerate(COLUMNS, start=1):
        grid.put(1, place, header)
        grid.down(2, place, [constant] * len(rows) if source is None else _values(rows[source]))
    last = max(LAST_FORMATTED_ROW, len(rows) + 1)
    width = len(COLUMNS) + 1
    # Formatted but empty: the unnamed column beside the data, and the outer columns of the rows below it.
    grid.blanks = [(2, width, last, width), (len(rows) + 2, 1, last, 1)]
    grid.define("AllAssets", (2, 1), (last, len(COLUMNS)), scoped=False)
    return grid


def correlation_matrix(issuers: Sequence[str], industries: Sequence[str]) -> npt.NDArray[np.float64]:
    """Correlations by what two assets share: 0.7 one issuer, 0.4 one industry, else 0.3; 1 on the diagonal.

    A sum of nested blocks, hence symmetric and positive definite.
    """
    issuer, industry = np.asarray(issuers), np.asarray(industries)
    same_issuer = issuer[:, None] == issuer[None, :]
    same_industry = industry[:, None] == industry[None, :]
    matrix = np.where(same_issuer, 0.7, np.where(same_industry, 0.4, 0.3))
    np.fill_diagonal(matrix, 1.0)
    return matrix


def correlation_sheet(ids: Sequence[str], matrix: npt.NDArray[np.float64]) -> Grid:
    """Ids in row 1 and column A from B1 and A2 on, the full matrix beside them, A1 empty."""
    grid = Grid("Asset Correlation")
    grid.across(1, 2, ids)
    grid.down(2, 1, ids)
    grid.arrays.append((2, 2, matrix))
    grid.define("AssetCorrelation", (1, 1), (len(ids) + 1, len(ids) + 1), scoped=False)
    return grid
