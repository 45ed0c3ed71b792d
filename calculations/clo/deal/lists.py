"""Writes the explicit lists of the deals that are authored by a shape, and shows lists in a short form for comparison.

`python -m calculations.clo.deal.lists` rewrites `deals/*.lists.yaml` and `deals/standard_lists.diff`. What a list pays
does not belong here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from calculations.clo.deal import conditions, documents
from calculations.clo.deal.load import DEALS, load, shape_of
from calculations.clo.deal.ranks import controlling_groups
from calculations.clo.deal.shape import expand
from calculations.clo.deal.steps import (
    CoverStep,
    DeferredStep,
    DivertStep,
    FeeStep,
    InterestStep,
    MoveStep,
    PrincipalStep,
    ReinvestStep,
    ResidualStep,
    Step,
    condition_of,
    kind_of,
)
from calculations.clo.deal.terms import Deal
from calculations.clo.presets import LEGACY, STANDARD

DIFFERENCES = "standard_lists.diff"
_FEES = {"trustee": "TR", "admin": "AD", "base": "BM", "junior": "JM"}


class _Dumper(yaml.SafeDumper):
    """Steps on a line each, so that a list reads as one."""


def shaped_deals() -> dict[str, Path]:
    """The deal files that a shape stands behind, by deal."""
    files = {path.stem: path for path in sorted(DEALS.glob("*.yaml")) if path.stem.count(".") == 0}
    return {name: path for name, path in files.items() if "shape" in documents.read(path)}


def written_lists(path: Path) -> str:
    """The text of `<deal>.lists.yaml`: the lists of a deal's shape, a step a line."""
    shape = shape_of(documents.read(path), path.name)
    lines = [f"# The lists of {path.name}, written by `python -m calculations.clo.deal.lists` from its shape."]
    for name, terms in expand(shape).items():
        lines += [f"{name}:", f"  source: {terms['source']}", "  steps:"]
        lines += [f"    - {_flow(step)}" for step in terms["steps"]]
    return "\n".join(lines) + "\n"


def _flow(step: dict[str, Any]) -> str:
    text = yaml.dump(step, Dumper=_Dumper, default_flow_style=True, sort_keys=False, width=10_000)
    return text.strip()


def tokens(deal: Deal, list_name: str) -> list[str]:
    """The steps of a list in short form: `I(A)` interest, `K(C)` deferred, `P(A)` principal, `S(X)` an instalment,
    `T2(B)` cover by OC and IC, `T1(E)` by OC alone (`*`: interest arithmetic in the principal list), `REINV`, `ALL`,
    `NOTES`, `DIV`, fees `TR AD BM JM`, `EQi` and `EQp`; a condition stands before a colon, `ctl` for controlling."""
    return [_token(step, list_name) for step in deal.lists[list_name].steps]


def _token(step: Step, list_name: str) -> str:
    condition = condition_of(step)
    is_plain = isinstance(step, DivertStep) and condition == conditions.State("reinvesting")
    gate = "" if condition is None or is_plain else f"{_gate(condition)}:"
    return gate + _bare(step, list_name)


def _bare(step: Step, list_name: str) -> str:
    match step:
        case FeeStep():
            return _FEES.get(step.fee, step.fee) + ("!" if step.created_by else "")
        case InterestStep():
            return f"I({'+'.join(step.interest)})"
        case DeferredStep():
            return f"K({'+'.join(step.deferred)})"
        case PrincipalStep():
            return f"{'S' if step.scheduled else 'P'}({'+'.join(step.principal)})"
        case CoverStep():
            star = "*" if list_name == "principal" and step.cover.cure == "interest" else ""
            return f"{'T2' if step.cover.ic else 'T1'}{star}({step.cover.oc.removeprefix('OC-')})"
        case DivertStep():
            return "DIV"
        case ReinvestStep():
            return "ALL" if step.reinvest.limit == "all" else "REINV"
        case MoveStep():
            return step.move.to.upper()
        case ResidualStep():
            return "EQi" if step.residual.book == "interest" else "EQp"
    return kind_of(step)


def _gate(condition: conditions.Condition) -> str:
    match condition:
        case conditions.Controlling():
            return f"ctl {condition.note}"
        case conditions.State():
            return condition.name
        case conditions.Not():
            return f"not {_gate(condition.part)}"
        case conditions.Every():
            return " and ".join(_gate(part) for part in condition.parts)
        case conditions.Some():
            return " or ".join(_gate(part) for part in condition.parts)
    return str(condition)


def differences() -> str:
    """Each shaped deal's lists under the preset of the old model and under none, list by list, as one diff."""
    return "\n".join(line for path in shaped_deals().values() for line in _difference(path)) + "\n"


def _difference(path: Path) -> Iterator[str]:
    old, new = load(path, LEGACY), load(path, STANDARD)
    yield f"# {path.stem}"
    for name in new.lists:
        before, after = _shown(old, name), _shown(new, name)
        changed = [*difflib.unified_diff(before, after, f"{name} (old model)", f"{name} (standard)", lineterm="", n=1)]
        yield from changed or [f"= {name}"]


def _shown(deal: Deal, name: str) -> list[str]:
    lines = tokens(deal, name)
    if name == "principal":
        groups = controlling_groups(deal)
        lines.insert(0, f"controlling: {' '.join(_taken(deal, group) for group in groups)}")
    deferrable = [note for note, terms in deal.rated.items() if terms.is_deferrable]
    return [f"deferrable: {' '.join(sorted(deferrable))}", *lines] if name == "interest" else lines


def _taken(deal: Deal, group: tuple[str, ...]) -> str:
    taken_for = next((deal.controlling_as[note] for note in group if note in deal.controlling_as), None)
    return "+".join(group) + (f" (taken for {taken_for})" if taken_for else "")


def write() -> None:
    """Rewrite the lists, then the differences."""
    for name, path in shaped_deals().items():
        (DEALS / f"{name}.lists.yaml").write_text(written_lists(path), encoding="utf-8")
    (DEALS / DIFFERENCES).write_text(differences(), encoding="utf-8")


if __name__ == "__main__":
    write()
