"""The assets whose ratings migrate, as columns, and the state each begins in. Transition probabilities do not belong here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.clo.columns import Days, Flags, Ints, Texts, as_text, fold, named
from calculations.clo.migration.findings import Finding
from calculations.clo.ratings import LOWEST_RANK, SP_DEFAULT_RANK, rating_rank, rating_text

# AAA is the best; CCC stands for CCC+, CCC and CCC- and all below them but D. Source: clo-compliance 3.1.
STATES = (
    *("AAA", "AA+", "AA", "AA-", "A+", "A", "A-", "BBB+", "BBB", "BBB-", "BB+", "BB", "BB-", "B+", "B", "B-"),
    *("CCC", "D"),
)
CCC = "CCC"
_CCC_PLUS_RANK = 17
_UNRATED_RANK = 19  # CCC-, where the derivation of a rating ends that finds none (clo-compliance 3.5, Q11)

States = NDArray[np.int8]
SP_FIELDS = ("sp_facility_rating", "sp_issuer_rating", "sp_senior_secured_rating", "sp_subordinated_rating")
MOODYS_FIELDS = (
    *("moodys_rating", "moodys_dp_rating", "moodys_facility_rating", "moodys_issuer_rating", "moodys_credit_estimate"),
    *("moodys_senior_secured_rating", "moodys_senior_unsecured_rating", "moodys_subordinate_rating"),
)
_NO_RATING = ("", "NR")


@dataclass(frozen=True, eq=False)
class Universe:
    """One entry per asset, arrays of shape (n,). `maturity` is the day of the last payment: an asset matures after it.

    Unknown texts are "". Raises ValueError for columns of different lengths, an id that is blank or stands twice, or a
    missing maturity.
    """

    asset_id: Texts
    issuer_id: Texts
    sp_industry: Texts
    sp_rating: Texts
    is_defaulted: Flags
    maturity: Days

    def __post_init__(self) -> None:
        for field in fields(self):
            if (size := getattr(self, field.name).shape) != self.asset_id.shape:
                raise ValueError(f"column {field.name} must have {self.asset_id.size} entries, found {size}")
        if not self.asset_id.size:
            raise ValueError("a universe must have at least one asset, found none")
        if (self.asset_id == "").any():
            raise ValueError("asset_id must not be blank")
        ids, count = np.unique(self.asset_id, return_counts=True)
        if (count > 1).any():
            raise ValueError(f"asset_id must stand once in a universe, found again: {named(ids, count > 1)}")
        if (is_unknown := np.isnat(self.maturity)).any():
            raise ValueError(f"maturity must be a day, found none for {named(self.asset_id, is_unknown)}")

    @property
    def size(self) -> int:
        return int(self.asset_id.size)

    def numbers_of(self, asset_ids: Sequence[str]) -> Ints:
        """Place of each id in the universe. Raises ValueError for one that is not in it."""
        place = {asset_id: number for number, asset_id in enumerate(self.asset_id.tolist())}
        if unknown := [asset_id for asset_id in asset_ids if asset_id not in place]:
            raise ValueError(f"assets of a pool must be in the universe, found {', '.join(unknown[:5])}")
        return np.array([place[asset_id] for asset_id in asset_ids], dtype=np.int64)

    def correlation_ranks(self) -> Ints:
        """Rank of each S&P rating as correlations take it: 1 to 21, D 0, unrated that of CCC-. Source: clo-compliance 4.3."""
        ranks = rating_rank(self.sp_rating, "sp")
        return np.where(ranks == SP_DEFAULT_RANK, 0, np.where(ranks == 0, _UNRATED_RANK, ranks))


def initial_states(universe: Universe, states: Sequence[str] = STATES) -> tuple[States, tuple[Finding, ...]]:
    """State of each asset on the analysis date (n,), as a number in `states`, and UNRATED for those that begin CCC unrated.

    D where the asset is flagged as defaulted or rated D. Raises ValueError with STATE_NOT_IN_MATRIX for a rating that the
    matrix has no row of. Source: clo-compliance 4.4, Q11, Q24.
    """
    ranks = rating_rank(universe.sp_rating, "sp")
    is_unrated = (ranks == 0) & ~universe.is_defaulted
    rated = np.where(ranks == 0, _UNRATED_RANK, ranks)
    texts = rating_text(rated, "sp")
    texts = np.where((rated >= _CCC_PLUS_RANK) & (rated <= LOWEST_RANK), CCC, texts)
    texts = np.where(universe.is_defaulted | (texts == "D"), states[-1], texts)
    number = {state: place for place, state in enumerate(states)}
    is_unknown = ~np.isin(texts, list(states))
    if is_unknown.any():
        raise ValueError(
            f"STATE_NOT_IN_MATRIX: a rating must be a state of the matrix ({', '.join(states)}), "
            f"found {named(texts, is_unknown)} of {named(universe.asset_id, is_unknown)}"
        )
    findings = tuple(
        Finding("UNRATED", asset_id, f"asset {asset_id} has no S&P rating; it begins in state {CCC}")
        for asset_id in universe.asset_id[is_unrated].tolist()
    )
    return np.array([number[str(text)] for text in texts], dtype=np.int8), findings


def rating_findings(rows: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """What a tape's ratings leave to be looked at, of rows with `asset_id` and the fields named above.

    RATING_UNREADABLE for a text on no scale, which counts as none (Q11), and UNRATED for an asset without any rating, for
    which CCC- stands where a rating derived from others ends. Source: clo-compliance 3.5.
    """
    is_rated = np.zeros(len(rows), dtype=bool)
    found: list[Finding] = []
    for agency, fields_of in (("sp", SP_FIELDS), ("moodys", MOODYS_FIELDS)):
        for field in fields_of:
            texts = fold(as_text([row[field] for row in rows]))
            ranks = rating_rank(texts, "sp" if agency == "sp" else "moodys")
            is_rated |= ranks > 0
            for number in np.flatnonzero((ranks == 0) & ~np.isin(texts, _NO_RATING)).tolist():
                asset_id, stated = rows[number]["asset_id"], rows[number][field]
                text = f"asset {asset_id}, {field}: expected a rating of the scale, found {stated!r}; it counts as none"
                found.append(Finding("RATING_UNREADABLE", str(asset_id), text))
    for number in np.flatnonzero(~is_rated & ~np.array([bool(row["is_default_obligation"]) for row in rows])).tolist():
        asset_id = rows[number]["asset_id"]
        text = f"asset {asset_id} has no rating of either agency; it begins in state {CCC}"
        found.append(Finding("UNRATED", str(asset_id), text))
    return tuple(found)
