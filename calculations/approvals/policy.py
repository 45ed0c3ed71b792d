"""The approval policy of a house, read from approvals.yaml: who may do what, tiers by amount, four eyes. Deciding does not belong
here.

Source: input-contracts 5.8; nav 6; fund-admin 1.9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from calculations.approvals.identity import folded
from calculations.exact_yaml import Terms, read_policy

FILE = Path(__file__).with_name("approvals.yaml")
NONE = "NONE"  # the state of a subject of which nothing was requested
ALL = "ALL"


class Action(StrEnum):
    """Source: input-contracts 5.8."""

    REQUEST = "REQUEST"
    VALIDATE = "VALIDATE"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    PUBLISH = "PUBLISH"
    REVOKE = "REVOKE"


class SubjectType(StrEnum):
    """Source: input-contracts 5.8."""

    NAV_STRIKE = "NAV_STRIKE"
    CAPITAL_CALL = "CAPITAL_CALL"
    DISTRIBUTION = "DISTRIBUTION"
    ALLOCATION = "ALLOCATION"
    TRANSFER = "TRANSFER"
    PRICE_OVERRIDE = "PRICE_OVERRIDE"
    REPORT = "REPORT"
    OVERLAY = "OVERLAY"
    RETENTION_DELETE = "RETENTION_DELETE"
    RESTORE = "RESTORE"


class Permission(StrEnum):
    """What may be done to strikes. Source: nav 6."""

    READ = "nav.read"
    CALCULATE = "nav.calculate"
    VALIDATE = "nav.validate"
    APPROVE = "nav.approve"
    PUBLISH = "nav.publish"


class Actor(Terms):
    """`aliases`: other names of the same person, of a directory or a mail system."""

    organizations: frozenset[str]
    roles: frozenset[str]
    delegates: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()


class AutomaticStep(StrEnum):
    """What may happen to a strike without a person. Source: nav 6 (the system may validate and publish)."""

    VALIDATE = "VALIDATE"
    PUBLISH = "PUBLISH"


class NavRules(Terms):
    """Strikes: permissions by role, the actor that stands for Weir itself, and when one approver is not enough. Source: nav 6."""

    permissions: Mapping[str, frozenset[Permission]]
    system: str
    automatic_steps: frozenset[AutomaticStep]
    two_approvers_above: Annotated[Decimal, Field(gt=0, le=Decimal("0.05"))]
    validator_may_approve: bool


class Step(Terms):
    from_: frozenset[str] = Field(alias="from")
    to: str


class Workflow(Terms):
    """States of a type of subject; from a `final` one nothing leads on, not even new content."""

    steps: Mapping[Action, Step]
    final: frozenset[str]

    @model_validator(mode="after")
    def _is_whole(self) -> Workflow:
        reached = {NONE, *(step.to for step in self.steps.values())}
        left = {state for step in self.steps.values() for state in step.from_}
        if unknown := sorted(left - reached):
            raise ValueError(f"steps leave states that none reaches: {', '.join(unknown)}")
        if wrong := sorted(self.final & left | (self.final - reached)):
            raise ValueError(f"final states are reached and never left, found {', '.join(wrong)}")
        for needed in (Action.REQUEST, Action.APPROVE):
            if needed not in self.steps:
                raise ValueError(f"steps must have {needed}")
        return self


class Tier(Terms):
    """How many approve, of which roles, from which amount per currency; `validated`: somebody validates before."""

    from_: Mapping[str, Annotated[Decimal, Field(gt=0)]] = Field(default={}, alias="from")
    approvals: Annotated[int, Field(ge=1)]
    validated: bool = True
    approver_roles: frozenset[str]


class SubjectRules(Terms):
    workflow: str
    four_eyes: frozenset[Action]
    reasons: frozenset[Action]
    tiers: tuple[Tier, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _tiers_rise(self) -> SubjectRules:
        if self.tiers[0].from_:
            raise ValueError("the first tier has no amounts: everything has a tier")
        with_amounts = [tier.from_ for tier in self.tiers if tier.from_]
        for lower, higher in pairwise(with_amounts):
            if set(lower) != set(higher) or any(lower[currency] >= higher[currency] for currency in lower):
                raise ValueError("tiers must name the same currencies with amounts that rise from tier to tier")
        return self

    def tier(self, amount: Decimal | None, currency: str | None, asked: int | None) -> int:
        """The number from 1 of the tier of an amount: the highest whose amount in the currency it reaches.

        An amount or a currency that no tier can place has the highest. A tier that was asked for counts where higher.
        """
        number = 1
        for place, tier in enumerate(self.tiers, 1):
            if not tier.from_:
                continue
            limit = tier.from_.get(currency or "")
            if amount is None or limit is None or abs(amount) >= limit:
                number = place
        return max(number, min(asked or 1, len(self.tiers)))


class ApprovalPolicy(Terms):
    organizations: frozenset[str]
    roles: Mapping[str, Mapping[str, frozenset[Action]]]
    actors: Mapping[str, Actor]
    workflows: Mapping[str, Workflow]
    subjects: Mapping[SubjectType, SubjectRules]
    approval_feeds: frozenset[str]
    nav: NavRules

    @model_validator(mode="after")
    def _names_are_known(self) -> ApprovalPolicy:
        if unknown := [f"{where}: {name!r}" for where, name in self._unknown()]:
            raise ValueError(f"expected names that the policy knows, found {', '.join(unknown)}")
        if missing := {*SubjectType} - set(self.subjects) - {SubjectType.NAV_STRIKE}:
            raise ValueError(f"expected rules for every type of subject, found none for {', '.join(sorted(missing))}")
        if SubjectType.NAV_STRIKE in self.subjects:
            raise ValueError("rules of strikes stand under nav, found some under subjects.NAV_STRIKE")
        return self

    @model_validator(mode="after")
    def _each_name_is_one_persons(self) -> ApprovalPolicy:
        owners: dict[str, str] = {}
        for person, actor in self.actors.items():
            for name in (person, *sorted(actor.aliases)):
                if owners.setdefault(folded(name), person) != person:
                    raise ValueError(f"a name is one person's, found {name!r} of {owners[folded(name)]} and {person}")
        if Permission.APPROVE in self.nav_permissions(self.nav.system):
            raise ValueError(f"the system does not approve, found {Permission.APPROVE} of {self.nav.system}")
        return self

    def _unknown(self) -> Iterator[tuple[str, str]]:
        for role, rights in self.roles.items():
            yield from ((f"roles.{role}", name) for name in rights if name not in (ALL, *SubjectType))
        for name, actor in self.actors.items():
            yield from ((f"actors.{name}", x) for x in sorted(actor.organizations - self.organizations))
            yield from ((f"actors.{name}", x) for x in sorted(actor.roles - set(self.roles)))
            yield from ((f"actors.{name}", x) for x in sorted(actor.delegates - set(self.actors)))
        yield from (("nav.permissions", x) for x in sorted(set(self.nav.permissions) - set(self.roles)))
        if self.nav.system not in self.actors:
            yield "nav.system", self.nav.system
        for subject, rules in self.subjects.items():
            if rules.workflow not in self.workflows:
                yield f"subjects.{subject}", rules.workflow
            for tier in rules.tiers:
                yield from ((f"subjects.{subject}", x) for x in sorted(tier.approver_roles - set(self.roles)))

    def permits(self, role: str, subject_type: SubjectType, action: Action) -> bool:
        """Whether a role may take an action on a type of subject."""
        rights = self.roles[role]
        return action in rights.get(ALL, ()) or action in rights.get(subject_type, ())

    @cached_property
    def _persons(self) -> Mapping[str, str]:
        return {folded(name): person for person, actor in self.actors.items() for name in (person, *actor.aliases)}

    def person(self, name: str) -> str | None:
        """Whose name it is, whatever its spelling, or alias; None where it is nobody's."""
        return self._persons.get(folded(name))

    def nav_permissions(self, person: str) -> frozenset[Permission]:
        """What a person may do to strikes of its organisations, in any of its roles."""
        roles = self.actors[person].roles
        return frozenset().union(*(self.nav.permissions.get(role, frozenset()) for role in roles))

    def workflow(self, subject_type: SubjectType) -> Workflow:
        """The states and steps of a type of subject."""
        return self.workflows[self.subjects[subject_type].workflow]


def approval_policy(path: Path = FILE) -> ApprovalPolicy:
    """The policy as the file has it now. Raises ValueError, naming file and key, where it is wrong."""
    return read_policy(path, ApprovalPolicy)
