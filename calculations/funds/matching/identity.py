"""Tells which of our investors a portal's investor is, and what stands against it. Subscriptions do not belong here.

By tax number, then by normalised name and jurisdiction; what fits several ways, or contradicts itself, is a conflict for a
person to resolve and merges nothing. Source: input-contracts 5.6; fund-admin 1.10 (G-4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from calculations.funds.matching.names import normal_code, normal_name

UNRESOLVED = "UNRESOLVED"


class Basis(StrEnum):
    TAX_ID = "TAX_ID"
    NAME_AND_JURISDICTION = "NAME_AND_JURISDICTION"
    NONE = "NONE"  # nobody we know
    CONFLICT = "CONFLICT"


class ConflictRule(StrEnum):
    """Why a portal's investor is not simply one of ours."""

    SEVERAL_WITH_TAX_ID = "SEVERAL_WITH_TAX_ID"
    SEVERAL_WITH_NAME = "SEVERAL_WITH_NAME"
    TAX_ID_AND_NAME_DISAGREE = "TAX_ID_AND_NAME_DISAGREE"  # each is another investor's
    TAX_ID_DIFFERS = "TAX_ID_DIFFERS"  # the same name, another tax number
    SEVERAL_IN_PORTAL = "SEVERAL_IN_PORTAL"  # two of the portal's are one of ours


@dataclass(frozen=True, order=True)
class PortalKey:
    """An investor of a portal, whatever fund it is exported with."""

    portal: str
    portal_investor_id: str


@dataclass(frozen=True)
class PortalInvestor:
    key: PortalKey
    name: str
    tax_id: str | None = None
    jurisdiction: str | None = None


@dataclass(frozen=True)
class Investor:
    """One of ours, as the fund workbook states it."""

    investor_id: str
    name: str
    tax_id: str | None = None
    jurisdiction: str | None = None


@dataclass(frozen=True)
class Identity:
    """Who a portal's investor is; `investor_id` is None for nobody and while a conflict is open."""

    key: PortalKey
    investor_id: str | None
    basis: Basis


@dataclass(frozen=True)
class Conflict:
    """One row per portal investor, rule and investor of ours that is concerned, both as they are stated."""

    portal: PortalInvestor
    investor: Investor
    rule: ConflictRule
    resolution: str = UNRESOLVED


@dataclass(frozen=True)
class Identities:
    """One identity per portal investor, and the conflicts; both by key."""

    found: tuple[Identity, ...]
    conflicts: tuple[Conflict, ...]


Named = tuple[str, str]  # normalised name and jurisdiction


def identify(portal: Sequence[PortalInvestor], ours: Iterable[Investor]) -> Identities:
    """Identify each investor of the portals. A portal's investor that is exported with several funds is stated once per way
    it is written; ways of writing that lead to different investors are told apart as contradicting each other.
    """
    known_to_us = list(ours)
    by_tax = _index(known_to_us, lambda investor: normal_code(investor.tax_id or "") or None)
    by_name = _index(known_to_us, _named)
    wanted: dict[PortalKey, list[PortalInvestor]] = defaultdict(list)
    for stated in portal:
        if stated not in wanted[stated.key]:
            wanted[stated.key].append(stated)
    conflicts: list[Conflict] = []
    found: dict[PortalKey, tuple[Investor, Basis, PortalInvestor] | None] = {}
    for key, ways in sorted(wanted.items()):
        outcomes = [_one(way, by_tax, by_name) for way in ways]
        against = [conflict for _, _, raised in outcomes for conflict in raised]
        known = {
            investor.investor_id: (investor, basis, way)
            for way, (investor, basis, _) in zip(ways, outcomes, strict=True)
            if investor
        }
        if len(known) > 1:
            against += [
                Conflict(way, investor, ConflictRule.TAX_ID_AND_NAME_DISAGREE) for investor, _, way in known.values()
            ]
        conflicts += against
        found[key] = next(iter(known.values()), None) if not against else None
    return _without_shared(found, conflicts)


def _index(ours: Sequence[Investor], key: Callable[[Investor], object]) -> Mapping[object, Sequence[Investor]]:
    index: dict[object, list[Investor]] = defaultdict(list)
    for investor in ours:
        at = key(investor)
        if at is not None:
            index[at].append(investor)
    return index


def _named(party: Investor | PortalInvestor) -> Named | None:
    """None where the jurisdiction is not stated: a name alone tells nobody."""
    return (normal_name(party.name), party.jurisdiction) if party.jurisdiction and normal_name(party.name) else None


def _one(
    stated: PortalInvestor,
    by_tax: Mapping[object, Sequence[Investor]],
    by_name: Mapping[object, Sequence[Investor]],
) -> tuple[Investor | None, Basis, list[Conflict]]:
    """Our investor and by what, or the conflicts that stand against telling."""

    def against(rule: ConflictRule, concerned: Iterable[Investor]) -> tuple[None, Basis, list[Conflict]]:
        return None, Basis.CONFLICT, [Conflict(stated, investor, rule) for investor in concerned]

    tax_id = normal_code(stated.tax_id or "")
    with_tax = list(by_tax.get(tax_id, ())) if tax_id else []
    with_name = list(by_name.get(_named(stated), ()))
    if len(with_tax) > 1:
        return against(ConflictRule.SEVERAL_WITH_TAX_ID, with_tax)
    if with_tax and with_name and with_tax[0] not in with_name:
        return against(ConflictRule.TAX_ID_AND_NAME_DISAGREE, [*with_tax, *with_name])
    if with_tax:
        return with_tax[0], Basis.TAX_ID, []
    if len(with_name) > 1:
        return against(ConflictRule.SEVERAL_WITH_NAME, with_name)
    if with_name and tax_id and normal_code(with_name[0].tax_id or ""):
        return against(ConflictRule.TAX_ID_DIFFERS, with_name)
    if with_name:
        return with_name[0], Basis.NAME_AND_JURISDICTION, []
    return None, Basis.NONE, []


def _without_shared(
    found: Mapping[PortalKey, tuple[Investor, Basis, PortalInvestor] | None], conflicts: list[Conflict]
) -> Identities:
    """Two investors of one portal that lead to one of ours are a conflict of both."""
    sharing: dict[tuple[str, str], list[PortalKey]] = defaultdict(list)
    for key, one in found.items():
        if one is not None:
            sharing[key.portal, one[0].investor_id].append(key)
    shared = {key for keys in sharing.values() if len(keys) > 1 for key in keys}
    identities = []
    in_conflict = {conflict.portal.key for conflict in conflicts}
    for key, one in found.items():
        if one is not None and key in shared:
            conflicts.append(Conflict(one[2], one[0], ConflictRule.SEVERAL_IN_PORTAL))
        if key in in_conflict or key in shared:
            identities.append(Identity(key, None, Basis.CONFLICT))
        elif one is None:
            identities.append(Identity(key, None, Basis.NONE))
        else:
            identities.append(Identity(key, one[0].investor_id, one[1]))
    ordered = sorted(conflicts, key=lambda c: (c.portal.key, c.rule, c.investor.investor_id))
    return Identities(tuple(identities), tuple(ordered))
