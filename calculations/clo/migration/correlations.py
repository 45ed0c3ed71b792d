"""The correlation of every two assets of a universe: computed from what they share, or as a person states it. Whether the
matrix is one of any variables at all, and how draws are made to follow it, does not belong here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from calculations.clo.columns import Flags, Floats, Texts, as_text, fold, named
from calculations.clo.migration.findings import Finding
from calculations.clo.migration.universe import Universe
from calculations.clo.reference import read_table

SYMMETRY_TOLERANCE = 1e-12
_RELATIONSHIPS = {"SAME ISSUER": "same_issuer", "SAME S&P INDUSTRY": "same_industry", "OTHERWISE": "otherwise"}


@dataclass(frozen=True)
class Relationship:
    """Correlation of two assets of one rating, and what it falls by with each notch between them."""

    base: float
    step: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.base) and 0 <= self.base <= 1):
            raise ValueError(f"CORRELATION_TABLE: a base correlation must be from 0 to 1, found {self.base!r}")
        if not (math.isfinite(self.step) and self.step >= 0):
            raise ValueError(f"CORRELATION_TABLE: a step per notch must be a number >= 0, found {self.step!r}")


@dataclass(frozen=True)
class CorrelationTable:
    """What two assets share, the closest first. Source: clo-compliance 4.3."""

    same_issuer: Relationship
    same_industry: Relationship
    otherwise: Relationship
    source: str


@dataclass(frozen=True, eq=False)
class StatedCorrelations:
    """A matrix (m, m) by asset id (m,), in any order; nan where it states nothing.

    Raises ValueError with DUPLICATE_KEY for an id that stands twice, and for another shape.
    """

    asset_id: Texts
    values: Floats

    def __post_init__(self) -> None:
        size = self.asset_id.size
        if self.values.shape != (size, size):
            raise ValueError(
                f"correlations must be ({size}, {size}), one row and column per id, found {self.values.shape}"
            )
        ids, count = np.unique(self.asset_id, return_counts=True)
        if (count > 1).any():
            raise ValueError(f"DUPLICATE_KEY: an id must stand once in a matrix, found again: {named(ids, count > 1)}")

    @classmethod
    def from_pairs(cls, first: Sequence[Any], second: Sequence[Any], values: Floats) -> StatedCorrelations:
        """From cells (cells,) as `int_clo__correlations` has them; ids in the order in which they come first.

        Raises ValueError with DUPLICATE_CELL for a pair that stands twice in the same order.
        """
        place: dict[str, int] = {}
        # Some hundred thousand ids of which some hundred differ: numbering them takes a tenth of what sorting them does.
        sides = (str(asset_id).strip() for asset_id in chain(first, second))
        number = np.array([place.setdefault(asset_id, len(place)) for asset_id in sides], dtype=np.int64)
        ids = as_text(list(place))
        row, column = np.split(number, 2)
        if np.unique(row * ids.size + column).size != row.size:
            raise ValueError("DUPLICATE_CELL: a pair of ids must stand once in an order, found one again")
        matrix = np.full((ids.size, ids.size), np.nan)
        matrix[row, column] = values
        return cls(ids, matrix)


def read_correlation_table(rows: Iterable[Mapping[str, Any]], source: str) -> CorrelationTable:
    """The table from rows of `relationship`, `base_correlation`, `step_per_notch`, as `stg_clo__rating_correlations` has them.

    Raises ValueError with CORRELATION_TABLE for a label that is unknown, missing or there twice, and for its numbers.
    """
    found: dict[str, Relationship] = {}
    for row in rows:
        name = _RELATIONSHIPS.get(str(row["relationship"]).strip().upper())
        if name is None or name in found:
            raise ValueError(
                "CORRELATION_TABLE: relationships must be Same Issuer, Same S&P Industry and Otherwise, each once, "
                f"found {row['relationship']!r}"
            )
        base, step = (
            math.nan if row[key] is None else float(row[key]) for key in ("base_correlation", "step_per_notch")
        )
        found[name] = Relationship(base, step)
    if missing := [name for name in _RELATIONSHIPS.values() if name not in found]:
        raise ValueError(f"CORRELATION_TABLE: every relationship needs a row, found none for {', '.join(missing)}")
    return CorrelationTable(**found, source=source)


def illustrative_correlations() -> CorrelationTable:
    """The table that ships with the package: invented for demonstration, no agency's figures."""
    rows = read_table("illustrative_rating_correlations")
    return read_correlation_table(rows, rows[0]["source"])


def system_correlations(universe: Universe, table: CorrelationTable) -> Floats:
    """Correlations (n, n) by issuer, else S&P industry, else neither, less a step per notch, at least 0; 1 on the diagonal.

    A blank issuer or industry is shared with nobody. Source: clo-compliance 4.3.
    """
    ranks = universe.correlation_ranks()
    notches = np.abs(ranks[:, None] - ranks[None, :])
    shares_issuer, shares_industry = _shared(universe.issuer_id), _shared(universe.sp_industry)
    found = _at(table.otherwise, notches)
    found = np.where(shares_industry, _at(table.same_industry, notches), found)
    found = np.where(shares_issuer, _at(table.same_issuer, notches), found)
    np.fill_diagonal(found, 1.0)
    return found


def _shared(texts: Texts) -> Flags:
    folded = fold(texts)
    shared: Flags = (folded[:, None] == folded[None, :]) & (folded != "")
    return shared


def _at(relationship: Relationship, notches: np.ndarray) -> Floats:
    return np.maximum(0.0, relationship.base - relationship.step * notches)


def stated_correlations(
    universe: Universe, stated: StatedCorrelations, otherwise: Floats
) -> tuple[Floats, tuple[Finding, ...]]:
    """Correlations (n, n) as a person states them, and what was wrong with the statement, by pair or id.

    A cell that is blank or outside -1 to 1 takes its mirrored one, else that of `otherwise` (n, n); of two that differ the
    upper triangle of the stated order counts; an asset that is not in the matrix takes `otherwise` throughout.
    Source: clo-workbook 1.3 and its value rules.
    """
    values, mirrored = stated.values, stated.values.T
    size = values.shape[0]
    is_diagonal, is_upper = np.eye(size, dtype=bool), np.triu(np.ones((size, size), dtype=bool), 1)
    with np.errstate(invalid="ignore"):
        is_good = np.abs(values) <= 1
        is_off_one = is_diagonal & ~(np.abs(values - 1) <= SYMMETRY_TOLERANCE)
        differs = is_good & is_good.T & (np.abs(values - mirrored) > SYMMETRY_TOLERANCE) & is_upper
    is_lost = ~is_good & ~is_good.T & is_upper
    is_mirrored = ~is_good & is_good.T & ~is_diagonal
    taken = np.where(is_good, values, mirrored)
    upper = np.where(is_upper & (is_good | is_good.T), taken, 0.0)
    upper[is_lost] = np.nan
    symmetric = upper + upper.T
    np.fill_diagonal(symmetric, 1.0)

    place = {asset_id: number for number, asset_id in enumerate(stated.asset_id.tolist())}
    at = np.array([place.get(asset_id, -1) for asset_id in universe.asset_id.tolist()], dtype=np.int64)
    found, is_known = otherwise.copy(), np.flatnonzero(at >= 0)
    picked = symmetric[np.ix_(at[is_known], at[is_known])]
    own = otherwise[np.ix_(is_known, is_known)]
    found[np.ix_(is_known, is_known)] = np.where(np.isnan(picked), own, picked)
    np.fill_diagonal(found, 1.0)
    findings = [
        *_of_pairs("CORRELATION_DIAGONAL", is_off_one, stated, "must be 1; it is taken as 1"),
        *_of_pairs("CORRELATION_MIRRORED", is_mirrored, stated, "must be from -1 to 1; the mirrored cell is taken"),
        *_of_pairs("CORRELATION_ASYMMETRIC", differs, stated, "must equal the mirrored cell; this one is taken"),
        *_of_pairs(
            "CORRELATION_UNUSABLE", is_lost, stated, "must be from -1 to 1 here or mirrored; the computed one is taken"
        ),
        *_of_ids(universe, stated),
    ]
    return found, tuple(findings)


def _of_pairs(code: str, where: Flags, stated: StatedCorrelations, text: str) -> Iterator[Finding]:
    ids = stated.asset_id
    for row, column in np.argwhere(where).tolist():
        value = float(stated.values[row, column])
        shown = "none" if math.isnan(value) else repr(value)
        pair = f"{ids[row]} / {ids[column]}"
        yield Finding(code, pair, f"correlation of {pair} {text}, found {shown}")


def _of_ids(universe: Universe, stated: StatedCorrelations) -> Iterator[Finding]:
    known, held = set(stated.asset_id.tolist()), set(universe.asset_id.tolist())
    for asset_id in universe.asset_id.tolist():
        if asset_id not in known:
            text = f"asset {asset_id} is not in the stated matrix; its correlations are the computed ones"
            yield Finding("ASSET_WITHOUT_CORRELATION", asset_id, text)
    for asset_id in stated.asset_id.tolist():
        if asset_id not in held:
            text = f"{asset_id} of the stated matrix is not an asset of the universe; it is not used"
            yield Finding("CORRELATION_WITHOUT_ASSET", asset_id, text)
