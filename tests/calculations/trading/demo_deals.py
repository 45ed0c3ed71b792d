"""The ten deals of the demo's newest workbook, written, read by ingestion and made ready to trade for. No tests here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calculations.clo.compliance import DealInputs, DealTest, Universe, prepare
from calculations.clo.trading import ControlPanel, Desk, Objective, Position
from ingestion.clo_workbook import read_clo_workbook
from ingestion.samples.demo import SEED
from ingestion.samples.grid import write_workbook
from ingestion.samples.history import unfold
from ingestion.samples.parameters import load_deals
from ingestion.samples.story import load_story
from ingestion.samples.workbook import workbook_sheets
from ingestion.workbook import open_workbook

INPUTS = {  # deal input: section and name on the deal sheet
    "current_libor": ("libor", "current_libor"),
    "was": ("quality_inputs", "weighted_average_spread"),
    "was_factor": ("quality_inputs", "was_factor"),
    "warf_threshold": ("quality_inputs", "warf_threshold"),
    "warf_factor": ("quality_inputs", "warf_factor"),
    "warr_threshold": ("quality_inputs", "warr_threshold"),
    "jr_oc_denominator": ("quality_inputs", "jr_oc_denominator"),
    "target_par": ("quality_inputs", "reinvestment_target_balance"),
    "ccc_limit": ("clo_inputs", "ccc_haircut_limit"),
}


@dataclass(frozen=True, eq=False)
class DemoDeal:
    """A deal of the workbook with its own weights, and the panel of the workbook."""

    deal_id: str
    desk: Desk
    position: Position
    panel: ControlPanel


def demo_deals(folder: Path) -> Iterator[DemoDeal]:
    """The deals of the newest workbook, in its order."""
    story = load_story()
    snapshots = list(unfold(story, load_deals(), SEED))
    path = folder / "clo_workbook.xlsx"
    write_workbook(path, workbook_sheets(snapshots[-1], snapshots[0], None))
    extract = read_clo_workbook(open_workbook(path, path.name))

    def rows(table: str, **wanted: str) -> list[dict[str, Any]]:
        stated = extract.tables[table].to_pylist()
        return [row for row in stated if all(row[name] == value for name, value in wanted.items())]

    as_of = extract.as_of
    assert as_of is not None
    assets = extract.tables["clo_assets"]
    universe = Universe.from_tape({name: assets[name].to_pylist() for name in assets.column_names}, as_of)
    panel = ControlPanel.from_rows(
        rows("clo_run_model_parameters", model="active"),
        [{**row, "source_row": row["_row"]} for row in rows("clo_run_model_filters", model="active")],
        rows("clo_run_model_objectives", model="active"),
        rows("clo_run_model_trades", model="active"),
    )
    for deal in rows("clo_deals"):
        mine = {"deal_id": deal["deal_id"]}
        stated = {(row["section"], row["name"]): row for row in rows("clo_deal_parameters", **mine)}
        (cash,) = (row["principal_amount"] for row in rows("clo_deal_accounts", **mine) if row["account_number"] == 2)
        figures = {name: stated[place]["value_number"] for name, place in INPUTS.items() if place in stated}
        maturity = stated["quality_inputs", "stated_maturity_date"]["value_date"]
        inputs = DealInputs(analysis_date=as_of, cash=cash, stated_maturity=maturity, **figures)
        tests = [
            DealTest.from_sheet(
                *(row[name] for name in ("test_number", "direction", "threshold", "overwrite", "previous_value"))
            )
            for row in rows("clo_deal_tests", **mine)
        ]
        weights = tuple((row["test_number"], row["weight"]) for row in rows("clo_deal_objectives", **mine))
        par = np.zeros(universe.size)
        place_of = {asset_id: place for place, asset_id in enumerate(universe.asset_id.tolist())}
        for line in rows("clo_deal_collateral", **mine):
            par[place_of[line["asset_id"]]] += line["par_amount"]
        desk = Desk(prepare(tests, universe, inputs), Objective(weights))
        yield DemoDeal(deal["deal_id"], desk, Position(par, cash), panel)
