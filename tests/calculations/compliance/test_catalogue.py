"""The catalogue as data: what it holds, that it is the warehouse's table, and how a faulty one is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from calculations.clo.compliance import CatalogueError, catalogue, load_catalogue
from calculations.clo.compliance.seed import seed_csv

SEED = Path(__file__).parents[3] / "dbt_project" / "seeds" / "compliance_tests.csv"
PLAIN = {
    "number": 900,
    "name": "Test",
    "category": "asset type",
    "kind": "SHARE",
    "denominator": "CPA",
    "direction": "MAX",
    "unit": "fraction",
    "formula": "x / CPA",
    "description": "Limits x.",
    "regulatory_source": "market convention",
    "origin": "market",
}


def problems_of(*items: dict[str, object]) -> tuple[str, ...]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue([("some.yaml", yaml.safe_dump({"tests": list(items)}))])
    return caught.value.problems


def test_the_legacy_numbers_are_1_to_54_and_those_of_the_market_begin_at_101() -> None:
    by_origin: dict[str, list[int]] = {}
    for number, definition in catalogue().items():
        by_origin.setdefault(definition.origin, []).append(number)
    assert by_origin == {"legacy workbook": list(range(1, 55)), "market": list(range(101, 184))}


def test_no_two_market_tests_measure_the_same() -> None:
    # clo-compliance 0 names the pairs of legacy tests that do
    def measured(number: int) -> tuple[object, ...]:
        d = catalogue()[number]
        what = (str(d.where), str(d.less), d.exclude_defaulted, d.include_cash, d.per_holding, d.weight, d.cases)
        how = (d.group, d.rank, d.largest, d.denominator, d.denominator_input, d.score, d.excess, tuple(d.terms))
        return (d.kind, *what, *how, d.decimals)

    seen: dict[tuple[object, ...], int] = {}
    alike = [(seen[key], n) for n in catalogue() if seen.setdefault(key := measured(n), n) != n]
    assert sorted(alike) == [(13, 48), (36, 54), (39, 46)]


def test_names_are_different() -> None:
    names = [definition.name for definition in catalogue().values()]
    assert len(set(names)) == len(names)


def test_the_warehouse_s_table_is_the_catalogue() -> None:
    assert list(csv.reader(SEED.read_text(encoding="utf-8").splitlines())) == list(
        csv.reader(seed_csv().splitlines())
    ), "python -m calculations.clo.compliance.seed > dbt_project/seeds/compliance_tests.csv"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "SHARES"}, "kind: Input should be 'SHARE'"),
        ({"denominator": None}, "kind SHARE needs denominator"),
        ({"colour": "red"}, "colour: Unexpected keyword argument"),
        ({"where": {"colour": {"is": "red"}}}, "a condition names a column of the universe, found 'colour'"),
        ({"where": {"country": {"below": 3}}}, "country takes in, in_group, is, is_not, not_in, found 'below'"),
        ({"where": {"wal": {"below": "x"}}}, "wal below takes a number or a deal input, found 'x'"),
        ({"where": {"is_dip": 1}}, "is_dip takes a comparison"),
        ({"where": {"wal": True}}, "wal is no flag"),
        ({"where": {"country": {"in_group": ["G9"]}}}, "country in_group takes G1, G2, G3, TAX, found G9"),
        ({"where": {"sp_rating": {"rated_below": "Baa1"}}}, "takes a rating of that agency, found 'Baa1'"),
        ({"where": {"maturity": {"after": {"input": "end"}}}}, "takes {input: <name of a deal input>}"),
        ({"where": {"any": []}}, "any takes a list of conditions, found []"),
        ({"kind": "WEIGHTED_AVERAGE"}, "kind WEIGHTED_AVERAGE needs weight"),
        ({"kind": "WEIGHTED_AVERAGE", "weight": "issuer_id"}, "a weight is a number of the universe"),
        ({"kind": "SUM_OF_LARGEST", "group": "wal", "largest": 2}, "a group is a text column of the universe"),
        ({"denominator_input": "target_par"}, "denominator and denominator_input exclude each other"),
        ({"quirks": {"CMP-99": {}}}, "quirks must be known ids, found CMP-99"),
        ({"terms": {"spwarf": 7}}, "terms must be among the tests that depends_on names"),
    ],
)
def test_a_faulty_definition_is_refused_with_file_test_and_field(change: dict[str, object], message: str) -> None:
    (problem,) = problems_of({**PLAIN, **change})
    assert problem.startswith("some.yaml, test 900: ")
    assert message in problem


def test_every_problem_of_every_file_is_named_at_once() -> None:
    found = problems_of(PLAIN, {**PLAIN, "name": "Again"}, {**PLAIN, "number": 901, "depends_on": [7]}, {"number": 902})
    assert found[0] == "some.yaml, test 900: number: expected a new one, found it twice"
    assert sum(problem.startswith("some.yaml, test 902: ") for problem in found) == 9
    assert found[-1] == "test 901: depends_on: expected tests of the catalogue, found 7"
    with pytest.raises(CatalogueError, match=r"other.yaml: expected a list under tests"):
        load_catalogue([("other.yaml", "tests: 3")])
