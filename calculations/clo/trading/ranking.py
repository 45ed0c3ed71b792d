"""Which assets to buy or sell first: candidates, and their order by score or by the true pool objective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from calculations.clo.columns import Flags, Floats, Ints, Texts
from calculations.clo.compliance.results import Results
from calculations.clo.trading.baskets import Position, Side, each_alone
from calculations.clo.trading.desk import Desk, Run
from calculations.clo.trading.filter_fields import FIELDS
from calculations.clo.trading.filters import Filter, select
from calculations.clo.trading.scores import Form, TestFigures, asset_scores

LEAST_PRICE = 75.0  # percent of par below which an asset is no candidate to buy (clo-compliance 5.3)
_DIGITS = 12  # what double-precision dust cannot move

By = Literal["score", "objective"]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Assets that may be bought or sold, by place in the universe, and how many a rule left out."""

    places: Ints
    left_out: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Candidates in order, the first to trade first; arrays of shape (ranked,).

    `score` is that of 5.3, or the pool objective after the one trade; `is_feasible` says whether a test blocks that trade
    (true throughout for scores, which do not know). `notes` say what could not be ranked.
    """

    places: Ints
    score: Floats
    is_feasible: Flags
    notes: tuple[str, ...]


def candidates(
    desk: Desk, position: Position, side: Side, wanted: Filter | None, *, allow_increases: bool = True
) -> Candidates:
    """To buy: what passes the filter, is not defaulted, trades at 75 or more, and is not held unless increases are allowed.
    To sell: what is held, passes the filter and has a price. Source: clo-compliance 5.3, Q30.
    """
    universe, price = desk.universe, desk.universe.market_value
    selection = select(wanted, universe)
    is_left, left_out = selection.mask.copy(), {"filter": int((~selection.mask).sum())}
    is_priced = np.nan_to_num(price) > 0
    rules = (
        {
            "defaulted": universe.is_performing,
            f"price unknown or below {LEAST_PRICE:g}": np.nan_to_num(price) >= LEAST_PRICE,
            "held already": (position.par <= 0) | allow_increases,
        }
        if side == "BUY"
        else {"not held": position.par > 0, "price unknown": is_priced}
    )
    for name, holds in rules.items():
        left_out[name] = int((is_left & ~holds).sum())
        is_left &= holds
    left_out.update({f"unknown: {text}": count for text, count in selection.unknown.items()})
    return Candidates(np.flatnonzero(is_left), {name: count for name, count in left_out.items() if count})


def rank_by_score(
    run: Run, results: Results, side: Side, places: Ints, pool: int = 0, form: Form | None = None
) -> Ranking:
    """Candidates by score against pool `pool` of `results`: descending to buy, ascending to sell, ties by asset id.

    Source: clo-compliance 5.3, Q18.
    """
    figures = {
        test.number: TestFigures(*(float(array[pool, place]) for array in _figures(results)))
        for place, test in enumerate(results.tests)
    }
    desk = run.desk
    found = asset_scores(
        desk.universe, places, side, figures, run.weighed.by_test(), desk.inputs.current_libor, desk.preset, form
    )
    notes = [f"test {number} carries weight and has no score" for number in found.unscored]
    is_scored = ~np.isnan(found.score)
    if not is_scored.all():
        notes.append(f"{int((~is_scored).sum())} candidates lack what a score takes and are not ranked")
    kept, score = places[is_scored], found.score[is_scored]
    order = in_order(score, desk.universe.asset_id[kept], is_descending=side == "BUY")
    return Ranking(kept[order], score[order], np.ones(order.size, dtype=np.bool_), tuple(notes))


def rank_by_objective(run: Run, position: Position, side: Side, places: Ints, par: float) -> Ranking:
    """Candidates by the true pool objective after trading up to `par` of each alone at market value, best first.

    A trade that a test blocks has objective 0 and comes last; ties by asset id. One evaluation of all pools.
    Source: clo-compliance 5.3 (the older ranking), 5.5.
    """
    is_priced = np.nan_to_num(run.desk.universe.market_value[places]) > 0
    notes = [] if is_priced.all() else [f"{int((~is_priced).sum())} candidates have no price and are not ranked"]
    places = places[is_priced]
    if side == "BUY" and position.cash <= 0:
        notes, places = [*notes, "no principal cash"], places[:0]
    pools = each_alone(position, side, places, par, run.desk.market)
    objective = run.weigh(pools.par, pools.cash)
    is_stated = ~np.isnan(objective.value)
    if not is_stated.all():
        notes.append(f"the objective is not stated for {int((~is_stated).sum())} candidates")
    kept, value, is_feasible = places[is_stated], objective.value[is_stated], objective.is_feasible[is_stated]
    order = in_order(value, run.desk.universe.asset_id[kept], is_descending=True)
    order = order[np.argsort(~is_feasible[order], kind="stable")]
    return Ranking(kept[order], value[order], is_feasible[order], tuple(notes))


def ranking_columns(ranking: Ranking, desk: Desk, position: Position) -> dict[str, Any]:
    """A ranking as columns, one row per candidate in order: its score, id, held par and what a person judges it by.

    Source: clo-compliance 5.3 (the output row).
    """
    universe, places = desk.universe, ranking.places
    first = ("asset_id", "market_value", "moodys_rating", "sp_rating", "coupon", "coupon_spread", "libor_floor", "wal")
    shown = [*first, "moodys_recovery_rate", *(field.column for field in FIELDS)]
    return {
        "score": ranking.score,
        "is_feasible": ranking.is_feasible,
        "par": position.par[places],
        **{name: getattr(universe, name)[places] for name in dict.fromkeys(shown)},
    }


def in_order(score: Floats, asset_id: Texts, *, is_descending: bool) -> Ints:
    """Places in order of score, ties by id ascending; dust of double precision makes no difference."""
    size = np.max(np.abs(score), initial=0.0)
    rounded = np.round(score / size, _DIGITS) if size else score
    return np.lexsort((asset_id, -rounded if is_descending else rounded))


def _figures(results: Results) -> tuple[Floats, Floats, Floats]:
    return results.numerator, results.denominator, results.threshold
