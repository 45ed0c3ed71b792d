"""Lays the ledger of a projection out as rows of the calc tables. What moved is in calculations, what a table is in tables.yaml."""

import numpy as np
import pyarrow as pa

from calculations.clo.deal.account_ledger import BUCKETS
from calculations.clo.deal.projected_accounts import Ledger
from calculations.clo.deal.projection import Projection
from orchestration.assets.clo_rows import Keys, by_period, joined, table

TYPES = {  # Source: clo-extensions 6
    1: "payment",
    2: "collection",
    3: "ramp_up",
    4: "revolver_funding",
    5: "expense_reserve",
    6: "custodial",
    7: "supplemental_reserve",
    8: "interest_reserve",
    9: "funding_note",
}


def movements(keys: Keys, ledger: Ledger, projected: Projection) -> pa.Table:
    """A row per movement of each scenario and period, up to the scenario's last period."""
    names = np.array(projected.scenarios.names, dtype=object)
    last = projected.result.last_period
    parts = []
    for item in ledger.movements:
        is_kept = item.period < last[item.scenario]
        size = int(is_kept.sum())
        parts.append(
            {
                "scenario_id": names[item.scenario[is_kept]],
                "period": np.full(size, item.period + 1),
                "payment_date": np.full(size, projected.dates.payment[item.period]),
                "sequence_number": item.sequence[is_kept],
                "from_account": np.full(size, item.source, dtype=object),
                "to_account": np.full(size, item.target, dtype=object),
                "reason": np.full(size, item.reason, dtype=object),
                "amount": item.amount[is_kept],
            }
        )
    return table(keys, {name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def balances(keys: Keys, ledger: Ledger, projected: Projection) -> pa.Table:
    """A row per account and period of each scenario, both buckets and their sum."""
    parts = []
    for name, kind in ledger.types.items():
        buckets = {bucket: ledger.buckets[name, bucket] for bucket in BUCKETS}
        columns: dict[str, object] = {"account_name": name, "account_type": TYPES[kind]}
        for attribute, column in (("opening",) * 2, ("paid_in", "inflow"), ("paid_out", "outflow"), ("closing",) * 2):
            amounts = {bucket: getattr(rolled, attribute) for bucket, rolled in buckets.items()}
            columns[column] = amounts["interest"] + amounts["principal"]
            columns |= {f"{bucket}_{column}": amount for bucket, amount in amounts.items()}
        parts.append(by_period(keys, projected, columns))
    return joined(parts)
