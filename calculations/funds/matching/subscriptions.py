"""Compares the subscriptions that portals state with the commitments of the fund workbook, which decides. Who an investor is does not belong here.

A portal proposes: what the workbook has not is a proposal, and where both state a commitment every difference is a row.
Source: input-contracts 5.6.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from calculations.funds.matching.identity import PortalKey
from calculations.funds.matching.names import normal_name

FUND_WORKBOOK = "FUND_WORKBOOK"


class Outcome(StrEnum):
    AGREED = "AGREED"
    DIFFERENT = "DIFFERENT"
    PROPOSED = "PROPOSED"  # the workbook has no commitment for it
    UNKNOWN_INVESTOR = "UNKNOWN_INVESTOR"
    UNKNOWN_FUND = "UNKNOWN_FUND"


@dataclass(frozen=True)
class PortalFund:
    portal_fund_id: str
    name: str | None = None


@dataclass(frozen=True)
class Subscription:
    investor: PortalKey
    fund: PortalFund
    subscription_id: str
    amount: Decimal
    currency: str
    date: dt.date
    status: str


@dataclass(frozen=True)
class Commitment:
    commitment_id: str
    fund_id: str
    investor_id: str
    amount: Decimal
    currency: str
    date: dt.date
    status: str


@dataclass(frozen=True)
class Compared:
    """One row per subscription. `commitment_id` is the commitment that both state."""

    subscription: Subscription
    outcome: Outcome
    fund_id: str | None
    investor_id: str | None
    commitment_id: str | None


@dataclass(frozen=True)
class Difference:
    """One row per subscription and field in which it is not the commitment; `decided_by` names whose value counts."""

    subscription: Subscription
    commitment_id: str
    field: str
    portal_value: str
    workbook_value: str
    decided_by: str = FUND_WORKBOOK


# What both state, in the order in which it tells one of several commitments from another.
_FIELDS = ("amount", "currency", "date", "status")


def compare_subscriptions(
    subscriptions: Sequence[Subscription],
    investors: Mapping[PortalKey, str],
    commitments: Iterable[Commitment],
    funds: Mapping[str, str],
) -> tuple[list[Compared], list[Difference]]:
    """Compare each subscription with the commitment of its investor in its fund.

    `investors` are the identities that were told, `funds` our funds' names by id: a portal's fund is the one with its id, else
    the only one with its name. Of several commitments a subscription takes the one that agrees in amount, then in currency, day
    and status, and no two of a portal take the same. Rows are in the order of fund, investor and subscription.
    """
    by_name: dict[str, list[str]] = defaultdict(list)
    for code, name in funds.items():
        by_name[normal_name(name)].append(code)
    left: dict[tuple[str, str], list[Commitment]] = defaultdict(list)
    for commitment in commitments:
        left[commitment.fund_id, commitment.investor_id].append(commitment)
    # Two portals may state one commitment, so that each portal's subscriptions choose among all of them.
    stated: dict[tuple[str, str | None, str | None], list[Subscription]] = defaultdict(list)
    for subscription in subscriptions:
        fund = _fund_of(subscription.fund, funds, by_name)
        investor = investors.get(subscription.investor)
        stated[subscription.investor.portal, fund, investor].append(subscription)
    compared: list[Compared] = []
    differences: list[Difference] = []
    for (_, fund_id, investor_id), group in stated.items():
        if fund_id is None or investor_id is None:
            outcome = Outcome.UNKNOWN_FUND if fund_id is None else Outcome.UNKNOWN_INVESTOR
            compared += [Compared(one, outcome, fund_id, investor_id, None) for one in group]
            continue
        for one, match in _paired(group, left[fund_id, investor_id]):
            if match is None:
                compared.append(Compared(one, Outcome.PROPOSED, fund_id, investor_id, None))
                continue
            found = _differences(one, match)
            outcome = Outcome.DIFFERENT if found else Outcome.AGREED
            compared.append(Compared(one, outcome, fund_id, investor_id, match.commitment_id))
            differences += found
    compared.sort(key=lambda row: _order(row.subscription))
    differences.sort(key=lambda row: (_order(row.subscription), _FIELDS.index(row.field)))
    return compared, differences


def _order(subscription: Subscription) -> tuple[str, PortalKey, str]:
    return subscription.fund.portal_fund_id, subscription.investor, subscription.subscription_id


def _fund_of(fund: PortalFund, funds: Mapping[str, str], by_name: Mapping[str, Sequence[str]]) -> str | None:
    if fund.portal_fund_id in funds:
        return fund.portal_fund_id
    named = by_name.get(normal_name(fund.name or ""), ()) if fund.name else ()
    return named[0] if len(named) == 1 else None


def _paired(
    group: Sequence[Subscription], commitments: Sequence[Commitment]
) -> list[tuple[Subscription, Commitment | None]]:
    """Subscriptions with their commitments, the best agreeing first; there are a handful of each."""

    def disagreement(one: Subscription, other: Commitment) -> tuple[bool, ...]:
        return tuple(getattr(one, name) != getattr(other, name) for name in _FIELDS)

    ranked = sorted(
        (disagreement(one, other), one.subscription_id, other.commitment_id, place, rival)
        for place, one in enumerate(group)
        for rival, other in enumerate(commitments)
    )
    taken: dict[int, int] = {}
    for *_, place, rival in ranked:
        if place not in taken and rival not in taken.values():
            taken[place] = rival
    return [(one, commitments[taken[place]] if place in taken else None) for place, one in enumerate(group)]


def _differences(one: Subscription, other: Commitment) -> list[Difference]:
    return [
        Difference(one, other.commitment_id, name, _text(getattr(one, name)), _text(getattr(other, name)))
        for name in _FIELDS
        if getattr(one, name) != getattr(other, name)
    ]


def _text(value: Decimal | dt.date | str) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
