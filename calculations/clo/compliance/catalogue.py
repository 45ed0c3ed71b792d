"""The catalogue of compliance tests: definitions as data, read from YAML and validated. How a definition is computed is not here.

A number means the same test for ever; 55 to 100 are kept free. Source: clo-compliance 1.3, 1.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from calculations.clo.compliance.conditions import EVERY, AllOf, AnyOf, Compare, Condition, Not
from calculations.clo.compliance.deal import SDR_TERMS, DealInputs
from calculations.clo.compliance.parsing import parse_condition
from calculations.clo.compliance.universe import column_kinds
from calculations.clo.compliance.weights import WEIGHTS
from calculations.clo.presets import Preset, quirks

FOLDER = "compliance_tests"
_STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def _condition(value: Any) -> Condition:
    return value if isinstance(value, Compare | AllOf | AnyOf | Not) else parse_condition(value)


def _weight(value: Any) -> str:
    if value not in WEIGHTS and column_kinds().get(value) != "Floats":
        raise ValueError(f"a weight is a number of the universe or one of {', '.join(WEIGHTS)}, found {value!r}")
    return str(value)


def _group(value: Any) -> str:
    if column_kinds().get(value) != "Texts":
        raise ValueError(f"a group is a text column of the universe, found {value!r}")
    return str(value)


def _input(value: Any) -> str:
    if not isinstance(value, str) or value not in DealInputs.names():
        raise ValueError(f"expected a deal input, found {value!r}")
    return str(value)


ConditionField = Annotated[Any, BeforeValidator(_condition)]
Weight = Annotated[str, BeforeValidator(_weight)]
Group = Annotated[str, BeforeValidator(_group)]
Input = Annotated[str, BeforeValidator(_input)]

Kind = Literal[
    "SHARE",
    "RANKED_GROUP_SHARE",
    "WEIGHTED_AVERAGE",
    "SCORE",
    "COVERAGE",
    "SUM_OF_LARGEST",
    "EFFECTIVE_NUMBER",
    "DISTINCT_COUNT",
    "AVERAGE_WITH_EXCESS",
    "DISPERSION",
    "EXCESS_HAIRCUT",
    "REGRESSION",
]
Denominator = Literal["CPA", "PERF", "ALL", "FLOAT", "FIXED", "MATCHED"]


@dataclass(frozen=True, config=_STRICT)
class Step:
    """A factor that is one number below a bound of a deal input and another from the bound on."""

    input: Input
    from_: Annotated[float, Field(alias="from")]
    below: float
    at_or_above: float


@dataclass(frozen=True, config=_STRICT)
class MovingLimit:
    """Limit = base + sign x points of recovery above the reference x factor, a point being a hundredth.

    The recovery is the result of test 33; reference and factor are numbers or deal inputs. Source: clo-compliance 1.4.
    """

    base: Input
    sign: Literal[-1, 1]
    reference: float | Input
    factor: float | Step | Input


@dataclass(frozen=True, config=_STRICT)
class CurveLimit:
    """The limit that a curve of the deal gives for its analysis date."""

    curve: str


@dataclass(frozen=True, config=_STRICT)
class Case:
    """A value per unit of par for the assets that a condition picks and no earlier case did."""

    where: ConditionField
    weight: Weight


@dataclass(frozen=True, config=_STRICT)
class Excess:
    """What another class of assets earns above a base of the deal."""

    where: ConditionField
    weight: Weight
    base: Input


@dataclass(frozen=True, config=_STRICT)
class Definition:
    """One test. The README beside this module says what each field means and which kinds take it."""

    number: Annotated[int, Field(ge=1)]
    name: Annotated[str, Field(min_length=1)]
    category: Annotated[str, Field(min_length=1)]
    kind: Kind
    direction: Literal["MIN", "MAX"]
    unit: Literal["fraction", "years", "rating factor", "score", "ratio", "number", "price", "currency"]
    formula: Annotated[str, Field(min_length=1)]
    description: Annotated[str, Field(min_length=1)]
    regulatory_source: Annotated[str, Field(min_length=1)]
    origin: Literal["legacy workbook", "market"]
    where: ConditionField = EVERY
    less: ConditionField | None = None
    exclude_defaulted: bool = True
    include_cash: bool = False
    per_holding: Weight | None = None
    weight: Weight | None = None
    cases: tuple[Case, ...] = ()
    score: Literal["moodys_diversity", "zero"] | None = None
    excess: Excess | None = None
    excess_over: Input | None = None
    terms: Mapping[str, int] = Field(default_factory=dict)
    group: Group | None = None
    rank: Annotated[int, Field(ge=1)] | None = None
    largest: Annotated[int, Field(ge=1)] | None = None
    denominator: Denominator | None = None
    denominator_input: Input | None = None
    decimals: int | None = None
    empty: Literal["unknown", "zero", "passes"] = "unknown"
    fallback: float | None = None
    limit: MovingLimit | CurveLimit | None = None
    depends_on: tuple[int, ...] = ()
    shown_rank: int | None = None
    first_by: Literal["amount", "key"] = "amount"
    uses_old_sort: bool = False
    quirks: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)

    def __post_init__(self) -> None:
        needed = _NEEDED.get(self.kind, ())
        if missing := [name for name in needed if getattr(self, name) is None]:
            raise ValueError(f"kind {self.kind} needs {', '.join(missing)}")
        if self.kind == "SHARE" and self.denominator is None and self.denominator_input is None:
            raise ValueError("kind SHARE needs denominator or denominator_input")
        if unknown_terms := [name for name in self.terms if name not in SDR_TERMS]:
            raise ValueError(f"terms must be among {', '.join(SDR_TERMS)}, found {', '.join(unknown_terms)}")
        if set(self.terms.values()) - set(self.depends_on):
            raise ValueError("terms must be among the tests that depends_on names")
        if self.denominator is not None and self.denominator_input is not None:
            raise ValueError("denominator and denominator_input exclude each other")
        if unknown := [quirk for quirk in self.quirks if quirk not in quirks()]:
            raise ValueError(f"quirks must be known ids, found {', '.join(unknown)}")

    def under(self, preset: Preset) -> Definition:
        """The definition with what the quirks of a preset change in it."""
        changes = {
            name: value for quirk, change in self.quirks.items() if quirk in preset for name, value in change.items()
        }
        return replace(self, **changes) if changes else self

    def counting(self, where: Condition) -> Definition:
        """The definition about other assets."""
        return replace(self, where=where)


_NEEDED: Mapping[str, tuple[str, ...]] = {
    "RANKED_GROUP_SHARE": ("group", "rank", "denominator"),
    "SUM_OF_LARGEST": ("group", "largest", "denominator"),
    "WEIGHTED_AVERAGE": ("weight",),
    "COVERAGE": ("denominator_input",),
    "SCORE": ("score",),
    "EFFECTIVE_NUMBER": ("group",),
    "DISTINCT_COUNT": ("group",),
    "AVERAGE_WITH_EXCESS": ("weight", "excess"),
    "DISPERSION": ("weight",),
    "EXCESS_HAIRCUT": ("weight", "excess_over", "denominator"),
}

Catalogue = Mapping[int, Definition]
_READER = TypeAdapter(Definition)


@cache
def catalogue() -> Catalogue:
    """Every test of the product by number, in ascending order."""
    folder = files("calculations.clo").joinpath(FOLDER)
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".yaml"))
    return load_catalogue((name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names)


def load_catalogue(documents: Iterable[tuple[str, str]]) -> Catalogue:
    """The tests of several files, each a name and its text: a list of definitions under `tests`.

    Raises CatalogueError with every problem: file, test, field, what was expected and what was found.
    """
    found: dict[int, Definition] = {}
    problems: list[str] = []
    for file, text in documents:
        document = yaml.safe_load(text)
        if not isinstance(document, Mapping) or not isinstance(document.get("tests"), list):
            problems.append(f"{file}: expected a list under tests, found {type(document).__name__}")
            continue
        common = document.get("common", {})
        for place, item in enumerate(document["tests"], start=1):
            definition = _read({**common, **item}, f"{file}, test {item.get('number', f'in place {place}')}", problems)
            if definition is not None and definition.number in found:
                problems.append(f"{file}, test {definition.number}: number: expected a new one, found it twice")
            elif definition is not None:
                found[definition.number] = definition
    problems.extend(
        f"test {definition.number}: depends_on: expected tests of the catalogue, found {number}"
        for definition in found.values()
        for number in definition.depends_on
        if number not in found
    )
    if problems:
        raise CatalogueError(problems)
    return dict(sorted(found.items()))


def _read(item: Mapping[str, Any], where: str, problems: list[str]) -> Definition | None:
    try:
        return _READER.validate_python(item)
    except ValidationError as error:
        for problem in error.errors():
            field = ".".join(str(part) for part in problem["loc"]) or "definition"
            problems.append(f"{where}: {field}: {problem['msg']}, found {_short(problem['input'])}")
        return None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


class CatalogueError(ValueError):
    """A catalogue that does not load; `problems` holds every finding."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
