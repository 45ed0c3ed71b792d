"""The parameters in which the ten deals differ, and the explicit lists that they stand for. Files are not read here.

A deal's own file stores explicit lists; this is how they are authored, and what they are tested against. The steps are
in the form a file writes them. Source: clo-liabilities-waterfall 2.2, 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

Group = tuple[str, ...]
RawStep = dict[str, Any]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Shape:
    """One deal's row of the table of differences.

    `senior` and `deferrable` are groups of notes that rank alike, most senior first. `tested` are the classes (the
    last leg of their group) with OC and IC tests, `tested_without_ic` those with OC alone. `beside_first` is a note
    that ranks alike with the first group and is amortised from interest.
    """

    head: tuple[str, ...] = ("trustee", "admin", "base")
    junior: str = "junior"
    senior: tuple[Group, ...]
    deferrable: tuple[Group, ...]
    tested: tuple[str, ...]
    tested_without_ic: tuple[str, ...] = ()
    deferred_interest: Literal["before_test", "after_test"] = "before_test"
    junior_fee: Literal["before_diversion", "after_diversion"] = "after_diversion"
    interest_in_notes_list: Literal["none", "deferrable", "all"] = "deferrable"
    reinvest_everything: Literal["never", "reinvesting", "reinvesting_unless_liquidating"] = "never"
    principal_cure: Literal["interest", "principal"] = "principal"
    junior_in_notes_list: bool = True
    junior_from_spent_cure: str | None = None  # the quirk that pays the junior fee in the principal list
    beside_first: str | None = None

    @property
    def first_groups(self) -> tuple[Group, ...]:
        """The senior groups, the first one together with the note that ranks beside it."""
        if self.beside_first is None:
            return self.senior
        return ((self.beside_first, *self.senior[0]), *self.senior[1:])


def expand(shape: Shape) -> dict[str, dict[str, Any]]:
    """The four lists of a shape: interest, principal, notes and default, in the form of a deal file."""
    return {
        "interest": {"source": "interest", "steps": _interest(shape)},
        "principal": {"source": "principal", "steps": _principal(shape)},
        "notes": {"source": "notes", "steps": _notes(shape)},
        "default": {"source": "all", "steps": _default(shape)},
    }


def _head(shape: Shape) -> list[RawStep]:
    return [{"fee": name} for name in shape.head]


def _cover(shape: Shape, group: Group, cure: str) -> list[RawStep]:
    label = group[-1]
    if label in shape.tested:
        return [{"cover": {"oc": f"OC-{label}", "ic": f"IC-{label}", "cure": cure, "to": "notes"}}]
    if label in shape.tested_without_ic:
        return [{"cover": {"oc": f"OC-{label}", "ic": "none", "cure": cure, "to": "notes"}}]
    return []


def _around_test(shape: Shape, deferred: RawStep, cover: list[RawStep]) -> list[RawStep]:
    return [deferred, *cover] if shape.deferred_interest == "before_test" else [*cover, deferred]


def _interest(shape: Shape) -> list[RawStep]:
    steps = _head(shape)
    for position, (group, plain) in enumerate(zip(shape.first_groups, shape.senior, strict=True)):
        steps.append({"interest": list(group)})
        if position == 0 and shape.beside_first is not None:
            steps.append({"principal": [shape.beside_first], "scheduled": True})
        steps += _cover(shape, plain, "interest")
    for group in shape.deferrable:
        steps.append({"interest": list(group)})
        steps += _around_test(shape, {"deferred": list(group)}, _cover(shape, group, "interest"))
    divert: RawStep = {"divert": {"test": "ID", "share": 0.5, "to": "principal"}, "when": "reinvesting"}
    junior: RawStep = {"fee": shape.junior}
    steps += [junior, divert] if shape.junior_fee == "before_diversion" else [divert, junior]
    return [*steps, _residual("interest")]


def _principal(shape: Shape) -> list[RawStep]:
    steps = _head(shape)
    for group, plain in zip(shape.first_groups, shape.senior, strict=True):
        covers = _cover(shape, plain, shape.principal_cure)
        steps.append({"interest": list(group)})
        if covers and shape.reinvest_everything != "never":
            steps.append(_reinvest_everything(shape))
        steps += covers
    for group in shape.deferrable:
        only = {"when": {"controlling": group[-1]}}
        steps.append({"interest": list(group), **only})
        steps += _around_test(shape, {"deferred": list(group), **only}, _cover(shape, group, shape.principal_cure))
    if shape.junior_from_spent_cure is not None:
        steps.append({"fee": shape.junior, "created_by": shape.junior_from_spent_cure})
    return [*steps, {"reinvest": {"limit": "policy"}}, {"move": {"to": "notes"}}]


def _reinvest_everything(shape: Shape) -> RawStep:
    when: Any = "reinvesting"
    if shape.reinvest_everything == "reinvesting_unless_liquidating":
        when = {"all": ["reinvesting", {"not": "liquidating"}]}
    return {"reinvest": {"limit": "all"}, "when": when}


def _notes(shape: Shape) -> list[RawStep]:
    steps: list[RawStep] = []
    if shape.interest_in_notes_list == "all":
        steps += [{"interest": list(group)} for group in shape.first_groups]
    steps += [{"principal": list(group)} for group in shape.first_groups]
    for group in shape.deferrable:
        kinds = ["deferred", "principal"] if shape.interest_in_notes_list == "none" else _ALL_KINDS
        steps += [{kind: list(group)} for kind in kinds]
    if shape.junior_in_notes_list:
        steps.append({"fee": shape.junior})
    return [*steps, _residual("principal")]


_ALL_KINDS: Sequence[str] = ("interest", "deferred", "principal")


def _default(shape: Shape) -> list[RawStep]:
    steps = _head(shape)
    for group in shape.first_groups:
        steps += [{"interest": list(group)}, {"principal": list(group)}]
    for group in shape.deferrable:
        steps += [{kind: list(group)} for kind in _ALL_KINDS]
    return [*steps, {"fee": shape.junior}, _residual("principal")]


def _residual(book: str) -> RawStep:
    return {"residual": {"to": "sub", "book": book, "incentive": True}}
