"""Scores and rankings. Rules: clo-compliance 5.3, Q13, Q18. The reference walks the assets one by one in plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.compliance import DealInputs, DealTest
from calculations.clo.presets import STANDARD, Preset, preset
from calculations.clo.trading.baskets import Order, Position, Side, fill
from calculations.clo.trading.desk import Desk, Run
from calculations.clo.trading.filter_fields import FIELDS
from calculations.clo.trading.filter_parser import parse_filter
from calculations.clo.trading.ranking import candidates, rank_by_objective, rank_by_score, ranking_columns
from calculations.clo.trading.scores import Form, TestFigures, asset_scores
from tests.calculations.compliance.mag17 import DEAL, INPUTS, holdings
from tests.calculations.trading.desks import desk_of, universe_of
from tests.reference.compliance import FACTORS

Columns = Mapping[str, list[Any]]
LIBOR = 0.005
M = 1e6


def plain_score(
    asset: Mapping[str, Any],
    side: str,
    figures: Mapping[int, TestFigures],
    weights: Mapping[int, float],
    libor: float,
    form: str,
    previous: float = 0.0,
) -> tuple[float, float]:
    """Score of one asset and its last ratio, as the table of 5.3 and Q18 word it."""
    score, ratio = 0.0, previous
    spread = max(asset["libor_floor"] - libor, 0.0) + asset["coupon_spread"]
    values = {
        35: asset["wal"],
        33: asset["moodys_recovery_rate"],
        32: spread,
        39: spread,
        36: FACTORS[str(asset["moodys_rating_warf"]).upper()],
    }
    discount = M * (100 - asset["market_value"]) / 100
    for number, weight in weights.items():
        n, d, t = figures[number].numerator, figures[number].denominator, figures[number].threshold
        over = False
        if number in values:
            sign = -1 if form == "signed" and side == "SELL" else 1
            v = (sign * M * values[number] + n) / ((10 * M if form == "coded" else sign * M) + d)
            over = (number in (35, 36)) != (sign < 0)
        elif number == 38:
            v = (n + (discount if side == "BUY" else -discount)) / d
            over = side == "SELL"
        elif number == 7:
            is_low = FACTORS[str(asset["moodys_rating"]).upper()] > 3490
            step = 1 if side == "BUY" else -1
            v = (n + step * M * is_low) / (d + step * discount)
            over = side == "BUY"
            if form != "signed" and not is_low:
                ratio = 10.0
                score += weight * ratio
                continue
        else:
            if form == "coded":
                score += weight * ratio
            continue
        ratio = (t / v if v else 0.0) if over else v / t
        score += weight * ratio
    return score, ratio


RATINGS = ("B1", "B2", "B3", "Caa1", "Ba3", "Ca")
lines = st.fixed_dictionaries(
    {
        "wal": st.floats(0.5, 10),
        "moodys_recovery_rate": st.floats(0.05, 0.8),
        "coupon_spread": st.floats(0.01, 0.09),
        "libor_floor": st.sampled_from((0.0, 0.0075, 0.01)),
        "moodys_rating_warf": st.sampled_from(RATINGS),
        "moodys_rating": st.sampled_from(RATINGS),
        "market_value": st.floats(50, 105),
    }
)
pools = st.builds(TestFigures, st.floats(1e6, 1e8), st.floats(5e7, 9e8), st.floats(0.01, 5.0))
NUMBERS = (37, 35, 33, 32, 7, 14, 36, 38, 39)


@given(
    assets=st.lists(lines, min_size=1, max_size=5),
    figures=st.fixed_dictionaries(dict.fromkeys(NUMBERS, pools)),
    order=st.permutations(NUMBERS),
    form=st.sampled_from(("signed", "unsigned", "coded")),
    side=st.sampled_from(("BUY", "SELL")),
)
def test_scores_are_those_of_the_plain_table(
    assets: list[dict[str, Any]], figures: dict[int, TestFigures], order: list[int], form: Form, side: Side
) -> None:
    weights = {number: 0.1 + 0.01 * place for place, number in enumerate(order)}
    universe = universe_of(*assets)
    found = asset_scores(universe, np.arange(len(assets)), side, figures, weights, LIBOR, form=form)
    last, expected = 0.0, []
    for asset in assets:
        score, last = plain_score(asset, side, figures, weights, LIBOR, form, last)
        expected.append(score)
    np.testing.assert_allclose(found.score, expected, rtol=1e-9)
    assert set(found.unscored) == {37, 14}


def test_an_unrated_asset_ranks_with_the_worst_factor_and_with_none_as_coded() -> None:
    universe = universe_of({"moodys_rating_warf": ""})
    figures, weights = {36: TestFigures(57_020e6, 20e6, 2900.0)}, {36: 1.0}
    worst = asset_scores(universe, np.array([0]), "BUY", figures, weights, LIBOR)
    assert worst.score[0] == pytest.approx(2900 / ((57_020 + 10_000) / 21))
    old = asset_scores(universe, np.array([0]), "BUY", figures, weights, LIBOR, preset(["CMP-13"]))
    assert old.score[0] == pytest.approx(2900 / (57_020 / 21))


def small_desk(rules: Preset = STANDARD) -> tuple[Desk, Position]:
    universe = universe_of(
        {"asset_id": "Z"},
        {"asset_id": "Y", "wal": 4.0},
        {"asset_id": "X", "wal": 4.0},
        {"asset_id": "W", "market_value": 70.0},
        {"asset_id": "V", "is_default_obligation": "Yes"},
        {"asset_id": "U", "wal": None},
        {"asset_id": "T", "market_value": None},
    )
    tests = (DealTest(35, "Max", 6.0), DealTest(38, "Min", 1.0))
    inputs = DealInputs(current_libor=LIBOR, jr_oc_denominator=5e6)
    desk = desk_of(universe, tests, {35: 1.0}, inputs, rules)
    return desk, Position(np.array([5e6, 5e6, 0.0, 0.0, 0.0, 0.0, 0.0]), 2e6)


def test_candidates_to_buy_are_performing_priced_at_75_or_more_and_new_unless_increases_are_allowed() -> None:
    desk, position = small_desk()
    found = candidates(desk, position, "BUY", None)
    assert desk.universe.asset_id[found.places].tolist() == ["Z", "Y", "X", "U"]
    assert found.left_out == {"defaulted": 1, "price unknown or below 75": 2}
    new = candidates(desk, position, "BUY", parse_filter("WAL <= 9"), allow_increases=False)
    assert desk.universe.asset_id[new.places].tolist() == ["X"]
    assert new.left_out["unknown: WAL <= 9.0"] == 1


def test_candidates_to_sell_are_held() -> None:
    desk, position = small_desk()
    assert desk.universe.asset_id[candidates(desk, position, "SELL", None).places].tolist() == ["Z", "Y"]


def test_the_best_to_buy_comes_first_and_ties_stand_by_id() -> None:
    desk, position = small_desk()
    run = Run.start(desk, position)
    places = candidates(desk, position, "BUY", None).places
    ranking = rank_by_score(run, run.base, "BUY", places)
    assert desk.universe.asset_id[ranking.places].tolist() == ["X", "Y", "Z"]
    assert ranking.notes == ("1 candidates lack what a score takes and are not ranked",)
    sales = rank_by_score(run, run.base, "SELL", candidates(desk, position, "SELL", None).places)
    assert desk.universe.asset_id[sales.places].tolist() == ["Z", "Y"]


def test_one_candidate_is_shown_as_a_row() -> None:
    desk, position = small_desk()
    run = Run.start(desk, position)
    assert rank_by_score(run, run.base, "BUY", np.array([2])).places.tolist() == [2]


def test_a_ranking_shows_the_fields_that_a_person_judges_by() -> None:
    desk, position = small_desk()
    run = Run.start(desk, position)
    ranking = rank_by_score(run, run.base, "BUY", candidates(desk, position, "BUY", None).places)
    shown = ranking_columns(ranking, desk, position)
    assert shown["asset_id"].tolist() == ["X", "Y", "Z"]
    assert shown["par"].tolist() == [0.0, 5e6, 5e6]
    assert shown["wal"].tolist() == [4.0, 4.0, 5.0]
    assert {field.column for field in FIELDS} <= set(shown)


def test_a_weighted_test_without_score_is_named() -> None:
    desk, position = small_desk()
    run = Run.start(desk_of(desk.universe, desk.prepared.tests, {14: 1.0}, desk.inputs), position)
    assert rank_by_score(run, run.base, "BUY", np.array([2])).notes == ("test 14 carries weight and has no score",)


@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_ranking_by_objective_is_that_of_each_trade_alone(side: Side) -> None:
    desk, position = small_desk()
    run = Run.start(desk, position)
    places = candidates(desk, position, side, None).places
    ranking = rank_by_objective(run, position, side, places, 1e6)
    for place, score in zip(ranking.places, ranking.score, strict=True):
        after, _ = fill(position, Order(str(desk.universe.asset_id[place]), side, 1e6), desk.market)
        assert score == run.weigh(after.par, after.cash).of(0)
    assert ranking.score.tolist() == sorted(ranking.score, reverse=True)


def test_a_trade_that_a_test_blocks_comes_last() -> None:
    desk, position = small_desk()
    run = Run.start(desk, position)
    ranking = rank_by_objective(run, position, "BUY", candidates(desk, position, "BUY", None).places, 1e6)
    assert (
        desk.universe.asset_id[ranking.places].tolist()[-1] == "U"
    )  # its life is unknown, so test 35 cannot be decided
    assert ranking.is_feasible.tolist() == [True, True, True, False]


# --- a real deal ----------------------------------------------------------------------------------------------------


def real_run(columns: Columns, rules: Preset = STANDARD) -> Run:
    held = holdings(columns, rules)
    desk = desk_of(held.universe, DEAL, {32: 0.6, 36: 0.4}, INPUTS, rules)
    return Run.start(desk, Position(held.par, float(INPUTS.cash or 0.0)))


@pytest.mark.parametrize(
    ("form", "rules"), [("coded", preset(["CMP-18"])), ("unsigned", STANDARD), ("signed", STANDARD)]
)
def test_the_five_lowest_of_a_real_deal_to_sell(mag17_columns: Columns, form: Form, rules: Preset) -> None:
    # clo-compliance 7, the set-up of the sale ranking; the figures are those of the plain table over the tape's columns
    run = real_run(mag17_columns, rules)
    figures = {
        number: TestFigures(*(float(array[0, run.base.column(number)]) for array in _arrays(run)))
        for number in (32, 36)
    }
    plain = []
    for place, asset_id in enumerate(mag17_columns["asset_id"]):
        asset = {name: mag17_columns[name][place] for name in ("libor_floor", "coupon_spread", "market_value", "wal")}
        asset |= {
            name: mag17_columns[name][place] for name in ("moodys_recovery_rate", "moodys_rating_warf", "moodys_rating")
        }
        score, _ = plain_score(asset, "SELL", figures, {32: 0.6, 36: 0.4}, 0.005418, form)
        plain.append((score, asset_id))
    plain.sort()
    chosen = None if form in ("coded", "signed") else form
    ranking = rank_by_score(run, run.base, "SELL", np.arange(195), form=chosen)
    ids = run.desk.universe.asset_id[ranking.places[:5]].tolist()
    assert ids == [asset_id for _, asset_id in plain[:5]]
    assert ranking.score[:5] == pytest.approx([score for score, _ in plain[:5]], rel=1e-9)


def test_the_objective_of_a_real_deal(mag17_columns: Columns) -> None:
    # clo-compliance 7: weights 32: 0.6 and 36: 0.4; limits of 1.4 with W = 0.501374707589275, WAS 0.044, WARF 2740 and 67
    run = real_run(mag17_columns)
    recovery = 100 * 0.501374707589275 - 43
    spread, factor = (run.base.result[0, run.base.column(number)] for number in (32, 36))
    expected = 60 * spread / (0.044 - recovery * 0.00065) + 40 * (2740 + recovery * 67) / factor
    assert run.base_objective.of(0) == pytest.approx(expected, rel=1e-9)


def _arrays(run: Run) -> tuple[Any, Any, Any]:
    return run.base.numerator, run.base.denominator, run.base.threshold
