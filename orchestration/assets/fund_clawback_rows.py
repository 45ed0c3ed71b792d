"""Who pays a clawback of carry and who receives it, as rows. What is due and how it is shared is in calculations."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall.carry_ledger import EntryType
from calculations.funds.waterfall.carry_terms import Guarantee
from calculations.funds.waterfall.clawback import clawback_due
from calculations.funds.waterfall.clawback_shares import ClawbackShares, share_clawback
from calculations.funds.waterfall.replay import Replay
from orchestration.assets.fund_waterfall_life import FundLife

INTERIM, FINAL, PAID = "INTERIM", "FINAL", "PAID"
ESCROW, MEMBER, PARTNER = "ESCROW", "GP_MEMBER", "LP"
PAYS, IS_PAID = "who pays is not short", "tests are made before it is paid"
UNNAMED = "GP"
# The entries that say which member of the GP has had carry, and which has returned it.
HAD = {"CARRY_PAID": 1, "ESCROW_OUT": 1, "CLAWBACK_PAID": -1}

Row = dict[str, Any]


@dataclass(frozen=True)
class _Clawback:
    """One clawback of a day: what each partner is owed, and its escrow, (partners,), and the measures of its tests."""

    day: dt.date
    kind: str
    due: Ints
    escrow: Ints
    tests: Mapping[str, Ints]


def clawback_rows(life: FundLife, replayed: Replay, unit: Decimal) -> Iterator[Row]:
    """What each interim test asks for, what would be due had the fund ended on its last quarter end, what was paid.

    Source: fund-admin 2.6.
    """
    if not life.carry:
        return
    count = len(replayed.partners)
    tested = [_tested(replayed, count, day, INTERIM) for day in life.tested_on]
    for clawback in (*tested, _tested(replayed, count, max(life.carry), FINAL), *_paid(life, replayed, count)):
        if clawback.due.any():
            yield from _rows(life, clawback, _guarantee(replayed), unit)


def _tested(replayed: Replay, count: int, day: dt.date, kind: str) -> _Clawback:
    names = ("excess", "shortfall", "gross", "due", "escrow")
    found = {name: np.zeros(count, dtype=np.int64) for name in names}
    for group in replayed.groups:
        state = group.states[day]
        due = clawback_due(state, day, interim=kind == INTERIM)
        for name, amounts in zip(names, (due.excess, due.shortfall, due.gross, due.due, state.escrow), strict=True):
            found[name][group.partners] = amounts
    return _Clawback(day, kind, found["due"], found["escrow"], {name: found[name] for name in names[:3]})


def _paid(life: FundLife, replayed: Replay, count: int) -> Iterator[_Clawback]:
    amounts: dict[tuple[dt.date, EntryType], Ints] = defaultdict(lambda: np.zeros(count, dtype=np.int64))
    recorded = {row["entry_id"] for row in life.stated.rows["ledger"] if row["entry_type"] == "CLAWBACK_PAID"}
    for group in replayed.groups:
        for entry in group.ledger:
            if entry.event_id in recorded:
                amounts[entry.date, entry.entry_type][group.partners] += entry.amounts
    for day in sorted({day for day, _ in amounts}):
        due, escrow = amounts[day, EntryType.CLAWBACK_PAID], amounts[day, EntryType.ESCROW_OUT]
        yield _Clawback(day, PAID, due, escrow, {})


def _guarantee(replayed: Replay) -> Guarantee:
    """That of the terms; where partners have different ones, nobody pays for another unless all say so."""
    terms = [group.state.terms.clawback for group in replayed.groups]
    given = {each.guarantee for each in terms if each is not None}
    return Guarantee.JOINT_AND_SEVERAL if given == {Guarantee.JOINT_AND_SEVERAL} else Guarantee.SEVERAL


def _rows(life: FundLife, clawback: _Clawback, guarantee: Guarantee, unit: Decimal) -> Iterator[Row]:
    members = _members(life, clawback.day)
    shares = share_clawback(clawback.due, clawback.escrow, np.array(list(members.values()), dtype=np.int64), guarantee)
    of_all = {
        "event_date": clawback.day,
        "clawback_type": clawback.kind,
        "guarantee": guarantee.value,
        **dict.fromkeys(("excess", "shortfall", "gross", "due", "tax_kept", "amount_stated")),
    }
    nothing = {"pays": 0 * unit, "receives": 0 * unit}
    payers = [(ESCROW, ESCROW, None, shares.from_escrow, None), *_member_payments(life, clawback, members, shares)]
    for party_type, party_id, investor_id, amount, told in payers:
        if amount or told:
            yield (
                of_all
                | nothing
                | {
                    "party_type": party_type,
                    "party_id": party_id,
                    "investor_id": investor_id,
                    "pays": amount * unit,
                    "amount_stated": None if told is None else told * unit,
                    "tests_reason": PAYS,
                }
            )
    partners = life.stated.rows["partners"]
    for place in np.flatnonzero(clawback.due).tolist():
        measured = {name: int(amounts[place]) * unit for name, amounts in clawback.tests.items()}
        if measured:
            due = int(clawback.due[place]) * unit
            measured |= {"due": due, "tax_kept": measured["gross"] - due}
        yield (
            of_all
            | nothing
            | measured
            | {
                "party_type": PARTNER,
                "party_id": partners[place]["commitment_id"],
                "investor_id": partners[place]["investor_id"],
                "receives": int(shares.to_lps[place]) * unit,
                "tests_reason": None if measured else IS_PAID,
            }
        )


def _member_payments(
    life: FundLife, clawback: _Clawback, members: Mapping[str, int], shares: ClawbackShares
) -> Iterator[tuple[str, str, str | None, int, int | None]]:
    """Each member's share beside what the carry ledger says it paid, where this has been paid."""
    told: dict[str, int] = defaultdict(int)
    for row in life.stated.rows["ledger"]:
        if clawback.kind == PAID and row["entry_type"] == "CLAWBACK_PAID" and row["event_date"] == clawback.day:
            told[row["investor_id"] or _general_partner(life)] += row["amount"]
    computed = dict(zip(members, shares.by_member.tolist(), strict=True))
    for member in sorted({*computed, *told}):
        stated = told.get(member, 0) if clawback.kind == PAID else None
        yield MEMBER, member, None if member == UNNAMED else member, computed.get(member, 0), stated


def _members(life: FundLife, day: dt.date) -> Mapping[str, int]:
    """The members of the GP with what each has had of carry before a day, as the ledger states it; else the GP alone."""
    had: dict[str, int] = defaultdict(int)
    for row in life.stated.rows["ledger"]:
        if row["entry_type"] in HAD and row["event_date"] < day and row["investor_id"] is not None:
            had[row["investor_id"]] += HAD[row["entry_type"]] * row["amount"]
    kept = {member: amount for member, amount in sorted(had.items()) if amount > 0}
    return kept or {_general_partner(life): 1}


def _general_partner(life: FundLife) -> str:
    return life.stated.rows["funds"][0]["gp_investor_id"] or UNNAMED
