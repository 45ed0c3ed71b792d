"""Who ranks before whom, as the lists say: groups of notes for control, and tests from the most senior down.

Balances do not belong here.
"""

from __future__ import annotations

from calculations.clo.deal.steps import CoverStep, DivertStep, InterestStep
from calculations.clo.deal.terms import Deal

Group = tuple[str, ...]


def controlling_groups(deal: Deal) -> tuple[Group, ...]:
    """The groups that the interest list pays, most senior first; each may be the controlling class.

    The lists give the order, never the order in which a file names its notes.
    Source: clo-liabilities-waterfall 2.2.
    """
    steps = deal.lists["interest"].steps if "interest" in deal.lists else ()
    return tuple(dict.fromkeys(step.interest for step in steps if isinstance(step, InterestStep)))


def group_of(deal: Deal, note: str) -> int:
    """The place of a note's group among the controlling groups; -1 for a note without one."""
    return next((place for place, group in enumerate(controlling_groups(deal)) if note in group), -1)


def ordered_tests(deal: Deal) -> tuple[str, ...]:
    """The tests that steps name, in the order that the interest list meets them, then those of other lists only."""
    order: dict[str, None] = {}
    names = ["interest", *(name for name in sorted(deal.lists) if name != "interest")]
    for name in names:
        for step in deal.lists[name].steps if name in deal.lists else ():
            if isinstance(step, CoverStep):
                order.setdefault(step.cover.oc)
                if step.cover.ic:
                    order.setdefault(step.cover.ic)
            elif isinstance(step, DivertStep):
                order.setdefault(step.divert.test)
    return tuple(order)
