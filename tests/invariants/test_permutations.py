"""Neither the order of assets and scenarios nor that of names in a deal file changes what is paid on the whole path, nor do
the scenarios beside one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from random import Random
from typing import Any

import numpy as np
import pytest

from calculations.clo.deal import DealResult
from calculations.clo.deal.projection import Projection
from calculations.clo.pool_flows import PoolFlows
from calculations.clo.scenarios import Scenarios
from tests.invariants.cases import Case, draw_case, projected

SEEDS = range(60)


def amounts(found: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every array of a result by its name, those by scenario first in shape."""
    if isinstance(found, np.ndarray):
        yield name, found
    elif isinstance(found, Mapping):
        for key, part in found.items():
            yield from amounts(part, f"{name}.{key}")
    elif is_dataclass(found):
        for field in fields(found):
            yield from amounts(getattr(found, field.name), f"{name}.{field.name}")


def figures(found: Projection) -> dict[str, Any]:
    """Everything up to the period that a scenario ends in: what is measured after it depends on whether others go on."""
    parts: tuple[PoolFlows | DealResult, ...] = (found.flows, found.bought, found.result)
    every = {name: array for number, part in enumerate(parts) for name, array in amounts(part, str(number))}
    is_alive = np.arange(1, found.dates.count + 1) <= found.result.last_period[:, None]
    return {
        name: np.where(is_alive, array, 0) if array.shape == is_alive.shape else array for name, array in every.items()
    }


def assert_equal(one: dict[str, Any], other: dict[str, Any], case: Case) -> None:
    """To 1e-12 of the pool and its notes, which amounts are differences of."""
    scale = sum(asset.par for asset in case.holdings.assets)
    scale += sum(float(note.opening_balance or 0) for note in case.deal.notes.values())
    assert set(one) == set(other)
    for name, array in one.items():
        assert np.allclose(array, other[name], rtol=1e-12, atol=1e-12 * scale, equal_nan=True), (case.seed, name)


def shuffled(case: Case, table: Mapping[str, Any]) -> dict[str, Any]:
    names = sorted(table)
    Random(case.seed).shuffle(names)
    return {name: table[name] for name in names}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_assets_changes_nothing(seed: int) -> None:
    case = draw_case(seed)
    assets = tuple(reversed(case.holdings.assets))
    mixed = replace(case, holdings=replace(case.holdings, assets=assets))
    assert_equal(figures(projected(case)), figures(projected(mixed)), case)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_names_in_a_file_changes_nothing(seed: int) -> None:
    case = draw_case(seed)
    named = ("notes", "tests", "fees", "dues", "caps", "lists")
    document = {
        key: shuffled(case, value) if key in named else value for key, value in shuffled(case, case.document).items()
    }
    assert_equal(figures(projected(case)), figures(projected(replace(case, document=document))), case)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scenario_is_alone_what_it_is_among_others(seed: int) -> None:
    case = draw_case(seed)
    together = figures(projected(case))
    for number, item in enumerate(case.scenarios.items):
        alone = figures(projected(replace(case, scenarios=Scenarios.of([item]))))
        assert_equal({name: array[number : number + 1] for name, array in together.items()}, alone, case)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_scenarios_changes_nothing(seed: int) -> None:
    case = draw_case(seed)
    backwards = replace(case, scenarios=Scenarios.of(reversed(case.scenarios.items)))
    one, other = figures(projected(case)), figures(projected(backwards))
    assert_equal(one, {name: array[::-1] for name, array in other.items()}, case)
