"""Writes every deal's configurations: what its file, overlays and sheet say of the terms in force. What the terms pay is not here."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from calculations.clo.deal import Deal, load
from calculations.clo.deal.configurations import configurations, version_on
from calculations.clo.deal.load import deal_file, deal_files, overlay_file
from calculations.clo.sheet_deal import deal_inputs
from orchestration.assets.clo_projection_inputs import SHOWN, STAGED, sheet_of, stated_of
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

TABLE = "calc.clo_waterfall_configs"
SHARED = "_shared"  # organisation of the deal files themselves, which come with the code

_FILES = ", ".join(f"('{SHARED}/{deal_id}')" for deal_id in sorted(deal_files()))


def calculate(warehouse: Warehouse, configured_ids: Sequence[str]) -> Records:
    """Rows for deals named by load and deal id, or by `_shared` and deal id for the deal file alone."""
    found: list[dict[str, Any]] = []
    for configured_id in configured_ids:
        owner, _, deal_id = configured_id.rpartition("/")
        keys: dict[str, Any] = {"organization_id": SHARED, "load_id": None, "deal_id": deal_id, "known_at": None}
        if owner == SHARED:
            found += rows({**keys, "configured_id": configured_id}, load(deal_file(deal_id)), None)
            continue
        stated, inputs = stated_of(warehouse, owner, deal_id)
        keys = {"configured_id": configured_id, **{name: stated[name] for name in keys}}
        figures, _ = deal_inputs(sheet_of(deal_id, inputs))
        try:
            deal = load(deal_file(deal_id), inputs=figures)
        except ValueError:
            continue  # calc.clo_projections says why of the same load and deal
        found += rows(keys, deal, stated["as_of_date"])
    return {TABLE: found}


def rows(keys: dict[str, Any], deal: Deal, day: dt.date | None) -> list[dict[str, Any]]:
    """A row per configuration of the deal; current is the one in force on `day`, the last one where there is no day.

    Source: clo-extensions 1.5.
    """
    path = deal_file(deal.deal_id)
    overlays = overlay_file(path)
    found = configurations(deal)
    current = found[-1].config_version if day is None else version_on(deal, day)
    hashes = {"deal_file_sha256": _sha256(path.read_bytes())}
    return [
        {
            **asdict(row),
            **keys,
            **hashes,
            "deferral_fees": list(row.deferral_fees) or None,
            "features": list(row.features),
            "is_current": row.config_version == current,
            "overlay_sha256": _sha256(overlays.read_bytes()) if overlays and row.config_version > 0 else None,
        }
        for row in found
    ]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


CLO_CONFIGURATIONS = Calculation(
    name="clo_configurations",
    description="The terms of every deal's priority of payments, by version: the deal file's and its overlays'.",
    tables=(TABLE,),
    key="configured_id",
    inputs=f"select load_id || '/' || deal_id from ({SHOWN}) union select * from (values {_FILES})",
    deps=("intermediate.int_clo__deal_terms", *(f"staging.stg_clo__{name}" for name in STAGED)),
    compute=calculate,
)
