"""Which columns of which assets leave a test without a result, in words. When that is so is decided in the kinds."""

from __future__ import annotations

import numpy as np

from calculations.clo.columns import Flags, named
from calculations.clo.compliance.catalogue import Definition
from calculations.clo.compliance.conditions import Context, is_undecided
from calculations.clo.compliance.needs import columns_of
from calculations.clo.compliance.universe import column_kinds


def unknown_for(definition: Definition, is_unknown: Flags, context: Context) -> str:
    """The columns that a test takes and that are not known of these assets, the first five of them, and how many more."""
    blank = [column for column in columns_of(definition) if (is_blank(column, context) & is_unknown).any()]
    what = (
        " and ".join(blank) or definition.weight
    )  # every column is known, and the table that it is looked up in lacks it
    return f"{what} not known for {named(context.universe.asset_id, is_unknown)}"


def is_blank(column: str, context: Context) -> Flags:
    """Where a column says nothing that a test could take, shape (n,)."""
    values = getattr(context.universe, column)
    kind = column_kinds()[column]
    if kind == "Texts":
        return is_undecided(column, values, context)
    if kind == "Days":
        return np.isnat(values)
    return np.isnan(values.astype(np.float64))
