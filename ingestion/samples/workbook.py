"""Puts the twenty sheets of one legacy workbook together in their order. What a sheet holds does not belong here.

Source: clo-workbook 1.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.samples.asset_sheets import all_assets_sheet, correlation_matrix, correlation_sheet
from ingestion.samples.control_sheets import filter_sheet, old_run_model_sheet, run_model_sheet
from ingestion.samples.deal_sheet import deal_sheet
from ingestion.samples.grid import Grid
from ingestion.samples.history import Snapshot
from ingestion.samples.names import asset_ids
from ingestion.samples.output_sheets import deal_assets_sheet, hypothetical_sheet, rankings_sheet, rebalance_sheet
from ingestion.samples.reference_sheet import reference_sheet

OTHER_ISSUERS = 35  # issuers of the ids that stand in the matrix alone


def matrix_members(
    seed: int, size: int, universes: Iterable[pd.DataFrame], unlisted: Sequence[str]
) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Ids of a correlation sheet and their matrix: the assets of the frames less the `unlisted`, filled up with ids of no asset.

    The legacy matrix was older than the asset list, so its ids differ from it both ways.
    """
    rng = np.random.default_rng([seed, 6])
    known = pd.concat(list(universes)).drop_duplicates("asset_id")
    known = known[~known["asset_id"].isin(list(unlisted))].head(size)
    missing = size - len(known)
    strangers = [code for code in asset_ids(rng, missing + len(known)) if code not in set(known["asset_id"])][:missing]
    members = pd.DataFrame(
        {
            "asset_id": [*known["asset_id"], *strangers],
            "issuer_id": [*known["issuer_id"], *(f"OTHER{place % OTHER_ISSUERS}" for place in range(missing))],
            "sp_industry": [*known["sp_industry"], *rng.choice(known["sp_industry"].to_numpy(), size=missing)],
        }
    )
    members = members.iloc[np.random.default_rng([seed, 7]).permutation(len(members))]
    return list(members["asset_id"]), correlation_matrix(members["issuer_id"].tolist(), members["sp_industry"].tolist())


def workbook_sheets(
    snapshot: Snapshot, first: Snapshot, correlations: tuple[list[str], npt.NDArray[np.float64]] | None
) -> list[Grid]:
    """The sheets in legacy order; `first` is the snapshot the old control panel was frozen at, None leaves the matrix out."""
    matrix = [correlation_sheet(*correlations)] if correlations else []
    return [
        run_model_sheet(snapshot),
        *(deal_sheet(item, snapshot) for item in snapshot.deals),
        all_assets_sheet(snapshot.assets),
        *matrix,
        reference_sheet(snapshot),
        old_run_model_sheet(first),
        filter_sheet(),
        deal_assets_sheet(snapshot),
        rankings_sheet(snapshot),
        rebalance_sheet(snapshot),
        hypothetical_sheet(snapshot),
    ]
