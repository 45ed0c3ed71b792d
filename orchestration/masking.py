"""Restricted values: the key that masks them, and the way back for whoever is given them. Which fields are restricted is data.

The contracts' fields say what is restricted where it comes in, the classification of a mart's column where it goes out; the mask
itself is the dbt macro `masked`. Source: input-contracts 2.8.
"""

from __future__ import annotations

import secrets

from orchestration.tenancy import Mart
from orchestration.warehouse import Warehouse

KEY = "ops.masking_key"
VALUES = "intermediate.int_restricted__values"


def keep_masking_key(warehouse: Warehouse) -> None:
    """Make the key of a new warehouse. It never changes: the same value keeps its mask from one publication to the next.

    It stands beside the values that it masks, and in no publication: without it nobody can try numbers out against a mask.
    """
    with warehouse.transaction() as connection:
        connection.execute(
            f"insert into {KEY} select ? where not exists (select 1 from {KEY})",
            [secrets.token_hex(32)],
        )


def unmasked(mart: Mart, rows: str) -> str:
    """SQL of the same rows with the values that their masks stand for."""
    if not mart.restricted:
        return rows
    clear = ", ".join(
        f"coalesce((select v.restricted_value from {VALUES} as v where v.organization_id = r.organization_id "
        f'and v.masked_value = r."{column}"), r."{column}") as "{column}"'
        for column in mart.restricted
    )
    return f"select r.* replace ({clear}) from ({rows}) as r"
