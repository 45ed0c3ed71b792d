"""Deals as their loads state them, made ready to trade for: tests, objective, par and cash. What is asked of them is not here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from calculations.clo.compliance import Prepared, Universe, prepare
from calculations.clo.trading import Desk, Objective, Position, RequestError
from orchestration.assets.clo_compliance import deal_inputs, listed_test
from orchestration.warehouse import Warehouse

HOLDINGS, TERMS, TESTS, ASSETS, OBJECTIVES = RELATIONS = (
    "intermediate.int_clo__holdings",
    "intermediate.int_clo__deal_terms",
    "staging.stg_clo__deal_tests",
    "staging.stg_clo__assets",
    "staging.stg_clo__deal_objectives",
)

Weights = Sequence[tuple[int, float]]


@dataclass(frozen=True, eq=False)
class Pool:
    """A deal of a load: its keys, its desk with the deal sheet's own weights, and what it holds."""

    keys: Mapping[str, Any]
    desk: Desk
    position: Position

    def weighing(self, weights: Weights) -> Desk:
        """The desk with these weights; with the deal's own where there are none."""
        return replace(self.desk, objective=Objective(tuple(weights))) if weights else self.desk


class Pools:
    """The deals of loads; the assets of a load and what its tests measure are made ready once."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._ready: dict[str, Prepared] = {}
        self._pools: dict[tuple[str, str], Pool] = {}

    def of(self, load_id: str, deal_id: str) -> Pool:
        """A deal as a load states it. Raises RequestError where nobody can trade for it.

        A line whose par or asset row is unknown takes no part, as in the compliance results.
        """
        if (load_id, deal_id) not in self._pools:
            self._pools[load_id, deal_id] = self._read(load_id, deal_id)
        return self._pools[load_id, deal_id]

    def _read(self, load_id: str, deal_id: str) -> Pool:
        mine = [load_id, deal_id]
        found = self.warehouse.frame(f"select * from {TERMS} where load_id = ? and deal_id = ?", mine)
        if found.empty:
            raise RequestError(f"the workbook has no deal {deal_id}")
        terms = {str(name): value for name, value in found.to_dict("records")[0].items()}
        inputs = deal_inputs(terms)
        if inputs.cash is None:
            raise RequestError("principal cash of the collection account is unknown")
        tests = [
            listed_test(row)
            for row in self.warehouse.records(
                f"select * from {TESTS} where load_id = ? and deal_id = ? order by sequence", mine
            )
        ]
        ready = self._ready.get(load_id)
        if ready is None:
            prepared = prepare(tests, self._universe(load_id, terms), inputs)
        else:
            prepared = ready.for_deal(tests, inputs)
        self._ready[load_id] = prepared
        universe = prepared.context.universe
        held = dict(
            self.warehouse.rows(
                f"select asset_id, par_amount from {HOLDINGS} "
                "where load_id = ? and deal_id = ? and par_amount >= 0 and has_asset_row",
                mine,
            )
        )
        par = np.array([held.get(asset_id, 0.0) for asset_id in universe.asset_id.tolist()])
        keys = {
            "organization_id": terms["organization_id"],
            "load_id": load_id,
            "deal_id": deal_id,
            "as_of_date": terms["as_of"].date(),
            "known_at": terms["known_at"].to_pydatetime(),
        }
        return Pool(keys, Desk(prepared, Objective(self._weights(mine))), Position(par, inputs.cash))

    def _universe(self, load_id: str, terms: Mapping[str, Any]) -> Universe:
        assets = self.warehouse.frame(f"select * from {ASSETS} where load_id = ? order by asset_id", [load_id])
        columns = {name: assets[name].to_numpy(dtype=object) for name in assets.columns}
        return Universe.from_tape(columns, terms["as_of"].date())

    def _weights(self, mine: Sequence[str]) -> tuple[tuple[int, float], ...]:
        stated = self.warehouse.rows(
            f"select test_number, coalesce(weight, 0) from {OBJECTIVES} where load_id = ? and deal_id = ? order by sequence",
            mine,
        )
        return tuple((number, weight) for number, weight in stated if number is not None)
