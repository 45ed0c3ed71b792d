"""How a simulation is to be run, as a workbook's control panel and a person who asks say it. Matrices do not belong here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from calculations.clo.migration.findings import Finding
from calculations.clo.migration.periods import PER_YEAR, Step, read_step

Method = Literal["migration", "default_times"]
CorrelationMethod = Literal["user_defined", "system_defined"]
SeedSource = Literal["asked", "workbook", "inputs"]
METHODS: tuple[Method, ...] = get_args(Method)
CORRELATION_METHODS: tuple[CorrelationMethod, ...] = get_args(CorrelationMethod)
_CORRELATION_LABELS: dict[str, CorrelationMethod] = {
    "USER DEFINED": "user_defined",
    "SYSTEM DEFINED": "system_defined",
}

ASSUMED_PATHS, MOST_OF_A_WORKBOOK = 100, 500  # clo-workbook 1.5, C17
MOST_PATHS = 100_000
PAID_PATHS = 40  # as many as the old model prints cash flows of: clo-compliance 4.6
MOST_SEED = 2**63 - 1
PANEL = "Run Model"


@dataclass(frozen=True)
class Asked:
    """What a person asks for beside the workbook; None leaves it to the workbook, no deals are all of them.

    `paid_paths` are the first paths that deals are paid on. Raises ValueError naming the field.
    """

    deals: tuple[str, ...] = ()
    paths: int | None = None
    step: Step | None = None
    method: Method | None = None
    seed: int | None = None
    correlation: CorrelationMethod | None = None
    paid_paths: int | None = None

    def __post_init__(self) -> None:
        for name, least, most in (("paths", 1, MOST_PATHS), ("seed", 0, MOST_SEED), ("paid_paths", 0, MOST_PATHS)):
            found = getattr(self, name)
            if found is not None and not least <= found <= most:
                raise ValueError(f"{name}: expected a whole number from {least:,} to {most:,}, found {found}")
        choices: tuple[tuple[str, tuple[str, ...]], ...] = (
            ("step", tuple(PER_YEAR)),
            ("method", METHODS),
            ("correlation", CORRELATION_METHODS),
        )
        for name, known in choices:
            if (found := getattr(self, name)) is not None and found not in known:
                raise ValueError(f"{name}: expected one of {', '.join(known)}, found {found!r}")

    @property
    def is_empty(self) -> bool:
        return self == Asked()


@dataclass(frozen=True)
class Settings:
    """One simulation: `paths` in all, the first `paid_paths` of them paid by the deals; `seed_source` says whose seed it is."""

    paths: int
    paid_paths: int
    step: Step
    method: Method
    seed: int
    seed_source: SeedSource
    correlation: CorrelationMethod


def read_settings(
    panel: Mapping[str, Mapping[str, Any]], inputs_seed: int, asked: Asked = Asked()
) -> tuple[Settings, tuple[Finding, ...]]:
    """The settings, what is asked for first, then the panel, then what is assumed, which is found and said.

    `panel` has rows with `value_number`, `value_boolean` and `value_text` by name, as `stg_clo__run_model_parameters` has
    them. `inputs_seed` is taken where no static numbers are wanted, so that equal inputs draw equal paths.
    Source: clo-workbook 1.5, C15 to C20.
    """
    findings: list[Finding] = []

    def assume(code: str, name: str, expected: str, taken: Any) -> Any:
        text = f"{PANEL} {name.replace('_', ' ')}: expected {expected}, found {_shown(panel, name)}; {taken} is taken"
        findings.append(Finding(code, name, text))
        return taken

    paths = asked.paths
    if paths is None:
        paths = _whole(panel, "simulations", 1, MOST_OF_A_WORKBOOK)
    if paths is None:
        paths = assume(
            "SIMULATIONS_ASSUMED", "simulations", f"a whole number from 1 to {MOST_OF_A_WORKBOOK}", ASSUMED_PATHS
        )
    step = asked.step
    if step is None:
        try:
            step = read_step(_text(panel, "rating_frequency"))
        except ValueError:
            step = assume("STEP_ASSUMED", "rating_frequency", "Annually, Semi-Annually or Quarterly", "quarterly")
    correlation = asked.correlation or _CORRELATION_LABELS.get(_text(panel, "correlation_matrix").upper())
    if correlation is None:
        correlation = assume(
            "CORRELATION_ASSUMED", "correlation_matrix", "User Defined or System Defined", "system_defined"
        )
    seed = asked.seed
    source: SeedSource = "asked"
    if seed is None:
        seed, source = inputs_seed, "inputs"
        if panel.get("use_static_random_numbers", {}).get("value_boolean"):
            stated = _whole(panel, "random_seed", 0, MOST_SEED)
            if stated is None:
                assume("SEED_ASSUMED", "random_seed", "a whole number >= 0", seed)
            else:
                seed, source = stated, "workbook"
    return (
        Settings(
            paths=paths,
            paid_paths=min(paths, _paid_paths(panel, asked, findings)),
            step=step,
            method=asked.method or "migration",
            seed=seed,
            seed_source=source,
            correlation=correlation,
        ),
        tuple(findings),
    )


def _paid_paths(panel: Mapping[str, Mapping[str, Any]], asked: Asked, findings: list[Finding]) -> int:
    if asked.paid_paths is not None:
        return asked.paid_paths
    name = "use_rating_migration"
    stated = panel.get(name, {}).get("value_boolean")
    if stated is False and asked.is_empty:
        text = f"{PANEL} asks for no rating migration in cash flows: no deal is paid on the paths"
        findings.append(Finding("CASH_FLOWS_NOT_ASKED", name, text))
        return 0
    return PAID_PATHS


def _whole(panel: Mapping[str, Mapping[str, Any]], name: str, least: int, most: int) -> int | None:
    number = panel.get(name, {}).get("value_number")
    # Compared before it is converted: a cell may hold a number that no integer is.
    return int(number) if number is not None and least <= number <= most and number == number // 1 else None


def _text(panel: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return " ".join(str(panel.get(name, {}).get("value_text") or "").split())


def _shown(panel: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return repr(_text(panel, name)) if _text(panel, name) else "nothing"
