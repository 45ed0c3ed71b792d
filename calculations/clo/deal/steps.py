"""The steps that a list of a deal is made of, as terms, and how a file writes them. What a step pays is in `pay`."""

from __future__ import annotations

from dataclasses import field, fields
from decimal import Decimal
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from calculations.clo.deal import conditions
from calculations.clo.deal.conditions import Condition

_TERMS = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class Step:
    when: Any = field(default=None)  # a Condition, or None: always


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class FeeStep(Step):
    """Pay a fee's remaining due. `cap` bounds it by a shared allowance; `part: overflow` pays what exceeded it.

    `created_by` names the quirk that pays the fee again out of the cure last paid in this list, which is cash spent
    already.
    """

    fee: str
    cap: str | None = None
    part: Literal["all", "overflow"] = "all"
    created_by: str | None = None


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class InterestStep(Step):
    """Pay interest of notes: unpaid interest first, then current, then interest on deferred interest."""

    interest: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class DeferredStep(Step):
    """Repay deferred interest of notes, with this period's unpaid interest on it."""

    deferred: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class PrincipalStep(Step):
    """Pay notes down; `scheduled` only up to the instalment that their terms name."""

    principal: tuple[str, ...]
    scheduled: bool = False


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class Cover:
    oc: str
    ic: str | None = None
    cure: Literal["interest", "principal"] = "interest"
    to: Literal["notes"] = "notes"


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class CoverStep(Step):
    """Move the larger of two unmet cures to the notes pool."""

    cover: Cover


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class Divert:
    test: str
    share: Decimal = Decimal("0.5")
    cure: Literal["interest", "par"] = "interest"
    to: Literal["principal"] = "principal"


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class DivertStep(Step):
    """Move a share of what is left to principal proceeds, at most the test's unmet cure."""

    divert: Divert


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class Reinvest:
    limit: Literal["policy", "all"] = "policy"


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class ReinvestStep(Step):
    """Move cash to reinvestment: all of it, or up to the policy's limit."""

    reinvest: Reinvest


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class Move:
    to: str
    share: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class MoveStep(Step):
    """Move what is left, or a share of it, to pool `notes` or `principal` or to `account.<name>`."""

    move: Move


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class Residual:
    to: str = "sub"
    book: Literal["interest", "principal"] = "interest"
    incentive: bool = True


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class ResidualStep(Step):
    """Everything left: to the sub notes up to their hurdle, beyond it shared with the incentive fee."""

    residual: Residual


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class PayStep(Step):
    """Pay a due that has no ledger base, such as taxes."""

    pay: str


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class FundStep(Step):
    """Fill a reserve account up to its target."""

    fund: str


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class Release:
    from_account: str
    to: Literal["interest", "principal", "list"] = "list"


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class ReleaseStep(Step):
    """Bring all that an account holds into the list."""

    release: Release


@dataclass(frozen=True, kw_only=True, config=_TERMS)
class RepayStep(Step):
    """Repay what the principal account is overdrawn by, where the deal lets interest do so."""

    repay: Literal["principal_cash"]


KINDS: dict[str, type[Step]] = {
    "fee": FeeStep,
    "interest": InterestStep,
    "deferred": DeferredStep,
    "principal": PrincipalStep,
    "cover": CoverStep,
    "divert": DivertStep,
    "reinvest": ReinvestStep,
    "move": MoveStep,
    "residual": ResidualStep,
    "pay": PayStep,
    "fund": FundStep,
    "release": ReleaseStep,
    "repay": RepayStep,
}
_ADAPTERS = {kind: TypeAdapter(step) for kind, step in KINDS.items()}


def parse(raw: Any) -> Step:
    """A step from its form in a file: one kind as key, its parameters, and `when`.

    Raises ValueError saying what was expected. Source: clo-liabilities-waterfall 2.4; clo-extensions 4.
    """
    if not isinstance(raw, dict) or len(kinds := [key for key in raw if key in KINDS]) != 1:
        raise ValueError(f"a step with one of {', '.join(KINDS)}; found {raw!r}")
    kind, values = kinds[0], dict(raw)
    if "when" in values:
        values["when"] = conditions.parse(values["when"])
    if kind in ("interest", "deferred", "principal") and not isinstance(values[kind], list):
        raise ValueError(f"a list of notes under {kind!r}; found {values[kind]!r}")
    if kind == "release" and isinstance(values[kind], dict):
        values[kind] = {("from_account" if key == "from" else key): value for key, value in values[kind].items()}
    if kind == "cover" and isinstance(values[kind], dict) and values[kind].get("ic") == "none":
        values[kind] = {**values[kind], "ic": None}
    try:
        return _ADAPTERS[kind].validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{first['msg'][0].lower()}{first['msg'][1:]} at {at}; found {first['input']!r}") from None


def kind_of(step: Step) -> str:
    """The key a file writes the step under."""
    return next(kind for kind, cls in KINDS.items() if isinstance(step, cls))


def condition_of(step: Step) -> Condition | None:
    when: Condition | None = step.when
    return when


def parameters(step: Step) -> dict[str, Any]:
    """The step's own fields by name, `when` left out."""
    return {item.name: getattr(step, item.name) for item in fields(step) if item.name != "when"}


def payee_of(step: Step) -> str | None:
    """Who or what a step pays: fees, classes joined by +, the test that a cover cures, or where cash moves to."""
    for attribute in ("fee", "interest", "deferred", "principal", "pay", "fund", "repay"):
        if (named := getattr(step, attribute, None)) is not None:
            return named if isinstance(named, str) else "+".join(named)
    if isinstance(step, CoverStep):
        return step.cover.oc
    for attribute in ("divert", "move", "residual", "release"):
        if (terms := getattr(step, attribute, None)) is not None:
            return str(terms.to)
    return "reinvestment" if hasattr(step, "reinvest") else None
