"""Limits as linear inequalities, against the tests themselves. A row must say pass exactly where the test does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.columns import Floats
from calculations.clo.compliance import DealTest, catalogue
from calculations.clo.trading.baskets import Position
from calculations.clo.trading.desk import Run
from calculations.clo.trading.linear_limits import Linearised, every_group, group_rows
from calculations.clo.trading.objective import ratios
from tests.calculations.compliance.mag17 import INPUTS, holdings
from tests.calculations.trading.desks import desk_of, universe_of

Columns = Mapping[str, list[Any]]
TANGENT = {32, 39}  # their limit moves with a rate of another denominator


def everything(columns: Columns, factor: float) -> tuple[Run, Floats, Floats]:
    """A real deal with every test of the catalogue, each limit at `factor` x what the pool has; random pools beside it."""
    held = holdings(columns)
    cash = float(INPUTS.cash or 0.0)
    position = Position(held.par, cash)
    plain = tuple(DealTest(number, item.direction, item.fallback or 1.0) for number, item in catalogue().items())
    start = Run.start(desk_of(held.universe, plain, {}, INPUTS), position).base
    tests = tuple(
        DealTest(test.number, test.direction, float(np.nan_to_num(start.result[0, place]) * factor or factor))
        for place, test in enumerate(plain)
    )
    run = Run.start(desk_of(held.universe, tests, {}, INPUTS), position)
    generator = np.random.default_rng(5)
    par = held.par * generator.uniform(0.0, 2.0, (60, held.par.size)) * (generator.random((60, held.par.size)) < 0.9)
    return run, par, generator.uniform(0.0, 9e7, 60)


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_a_row_holds_exactly_where_its_test_passes(mag17_columns: Columns, factor: float) -> None:
    run, par, cash = everything(mag17_columns, factor)
    linear, results = Linearised.of(run), run.evaluate(par, cash)
    assert len(linear.tests) > 60
    for number in linear.tests:
        place = results.column(number)
        if not linear.is_fixed(number) and number in TANGENT:
            continue
        for pool in range(par.shape[0]):
            form = linear.limit_row(number, par[pool], float(cash[pool]))
            if not results.is_decided[pool, place] or not results.denominator[pool, place]:
                continue
            value = form.at(par[pool], float(cash[pool])) / results.denominator[pool, place]
            if abs(value) > 2e-5 * abs(results.threshold[pool, place]):
                says = value <= 0
                if not linear.is_fixed(number) and not says and results.is_maintained[pool, place]:
                    continue  # a moving limit is not widened by what may be maintained
                assert says == results.passed[pool, place], (number, pool, value)


def test_a_tangent_touches_the_limit_where_it_is_taken(mag17_columns: Columns) -> None:
    run, par, cash = everything(mag17_columns, 1.0)
    linear, results = Linearised.of(run), run.evaluate(par, cash)
    place = results.column(32)
    for pool in range(10):
        form = linear.limit_row(32, par[pool], float(cash[pool]))
        over = results.threshold[pool, place] * results.denominator[pool, place] - results.numerator[pool, place]
        scale = results.denominator[pool, place]
        assert form.at(par[pool], float(cash[pool])) / scale == pytest.approx(over / scale, abs=1e-12)


def test_the_slope_of_a_ratio_is_its_change_over_a_small_step(mag17_columns: Columns) -> None:
    run, par, cash = everything(mag17_columns, 1.0)
    linear = Linearised.of(run)
    before = run.evaluate(par[:1], cash[:1])
    step, places = 1e3, (3, 40, 120)
    moved = np.repeat(par[:1], len(places), axis=0)
    moved[np.arange(len(places)), places] += step
    after = run.evaluate(moved, np.full(len(places), cash[0] - 0.9 * step))
    for number in (1, 14, 32, 33, 36, 38):
        place = before.column(number)
        slope = linear.ratio_slope(number, par[0], float(cash[0]))
        change = (ratios(after)[:, place] - ratios(before)[0, place]) / step
        expected = slope.vector[list(places)] - 0.9 * slope.cash
        np.testing.assert_allclose(change, expected, rtol=1e-3, atol=1e-14)


GROUPED = (DealTest(4, "Max", 0.30), DealTest(3, "Max", 0.20), DealTest(27, "Max", 0.45))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1e7), min_size=9, max_size=9), st.lists(st.floats(0, 1e7), min_size=9, max_size=9))
def test_groups_have_rows_exactly_where_the_test_about_them_fails(par: list[float], kept: list[float]) -> None:
    names = [{"issuer_id": f"I{place % 7}", "sp_industry": f"S{place % 3}"} for place in range(9)]
    desk = desk_of(universe_of(*names), GROUPED, {}, INPUTS)
    run = Run.start(desk, Position(np.full(9, 1e6), 1e6))
    linear = Linearised.of(run)
    pool, allowed = np.array(par), np.array(kept)
    results = run.evaluate(np.stack([pool, allowed]), np.full(2, 1e6))
    for test in GROUPED:
        place, limit = results.column(test.number), linear.group_limit(test.number)
        assert limit is not None
        measure = linear.others[test.number]
        rows = list(group_rows(measure, limit, pool, 1e6, allowed))
        if not results.passed[0, place]:
            assert rows
            assert all(form.at(pool, 1e6) > 0 for form, _ in rows)
        for form, is_exact in rows:
            if results.passed[1, place] and results.result[1, place] < limit * (1 - 1e-9):
                assert form.at(allowed, 1e6) <= 1e-3  # a pool that keeps the test may stay
            assert is_exact == (measure.definition.rank == 1)
        largest = max((form.at(pool, 1e6) for form in every_group(measure, limit)), default=-1.0)
        if measure.definition.rank == 1 and abs(results.result[0, place] - limit) > 1e-6:
            assert (largest <= 0) == bool(results.passed[0, place])
