"""Transfers of commitments: what moves with each, and what is wrong with it. The split and the rules are in calculations."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from calculations.exact.minor_units import in_money, minor_units
from calculations.exact.products import nearest
from calculations.funds.capital.commitments import EventKind, Events, Roll, roll
from calculations.funds.capital.recalls import Lots
from calculations.funds.transfers.completion import complete_transfer
from calculations.funds.transfers.positions import Position
from calculations.funds.transfers.requests import TransferRequest, TransferStatus, TransferType
from calculations.funds.transfers.rules import Surroundings, check_transfer
from calculations.money import minor_unit, round_half_up
from orchestration.assets.capital_findings import Difference, of_rules
from orchestration.assets.capital_inputs import KEYS, Inputs, units
from orchestration.assets.capital_roll import Stated, events_of, joined, with_recalls

TRANSFERS = "calc.fund_transfers"
NOT_COMPLETED, NO_POSITION, BAD_EXTENT = "NOT_COMPLETED", "NO_COMMITMENT_IN_FORCE", "BAD_EXTENT"
KEPT_KINDS = (EventKind.CALLED_OUTSIDE, EventKind.RECALLED, EventKind.EXPIRED, EventKind.RELEASED)

Row = Mapping[str, Any]


@dataclass
class Moved:
    """What transfers add: events and lots of both commitments, rows of the table, and findings by fund number."""

    stated: Stated
    events: dict[int, list[Events]] = field(default_factory=lambda: defaultdict(list))
    lots: dict[int, list[Lots]] = field(default_factory=lambda: defaultdict(list))
    holders: dict[int, list[tuple[dt.date, str]]] = field(default_factory=lambda: defaultdict(list))
    rows: list[dict[str, Any]] = field(default_factory=list)
    findings: dict[int, list[Difference]] = field(default_factory=lambda: defaultdict(list))

    def roll_before(self, number: int, day: dt.date) -> Roll:
        """One commitment up to the end of the day before `day`, earlier transfers included."""
        stated, lots = self.stated.of_commitment(number)
        events, lots = joined([stated, *self.events[number]]), joined_lots([lots, *self.lots[number]])
        events = with_recalls(events, lots, stated)
        at = np.flatnonzero(events.day < np.datetime64(day, "D"))
        return roll(Events(events.commitment[at], events.day[at], events.kind[at], events.amount[at]))

    def all_events(self) -> Events:
        """Every event, stated or moved, with the recalls and expiries that follow from all lots."""
        events = joined([self.stated.events, *(each for added in self.events.values() for each in added)])
        lots = joined_lots([self.stated.lots, *(each for added in self.lots.values() for each in added)])
        return with_recalls(events, lots, self.stated.events)


def joined_lots(parts: Sequence[Lots]) -> Lots:
    """Lots one after the other."""
    return Lots(
        np.concatenate([part.commitment for part in parts]),
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.until for part in parts]),
        np.concatenate([part.amount for part in parts]),
    )


def move_transfers(inputs: Inputs, stated: Stated) -> Moved:
    """Every transfer of every fund, in order of effective date, so that one may pass on what another brought.

    The transferee's commitment holds what the workbook states of it; contributions and recallable amounts move by the
    share transferred. A transfer that keeps the commitment's id changes its holder alone. Source: fund-admin 1.8.
    """
    rows = inputs.frame(
        """
        select x.*, t.*, c.c, c.scale as commitment_scale, c.currency, n.c as new_c, i.kyc_status, i.aml_status,
            stated.investor_id as first_holder, new.commitment_amount as new_amount
        from activity_funds as x
        inner join intermediate.int_fund__commitments as stated using (state_id, fund_id)
        inner join intermediate.int_fund__transfers as t
            on t.state_id = x.state_id and t.commitment_id = stated.commitment_id
        left join activity_commitments as c on c.f = x.f and c.commitment_id = t.commitment_id
        left join activity_commitments as n on n.f = x.f and n.commitment_id = t.new_commitment_id
        left join intermediate.int_fund__commitments as new
            on new.state_id = x.state_id and new.commitment_id = t.new_commitment_id
        left join intermediate.int_fund__investors as i on i.state_id = x.state_id and i.investor_id = t.transferee_id
        order by t.effective_date, x.f, t.transfer_id
        """
    ).table.to_pylist()
    in_flight = _in_flight(inputs)
    requests = [_request(row) for row in rows]
    of_fund: dict[int, list[TransferRequest]] = defaultdict(list)
    for row, request in zip(rows, requests, strict=True):
        of_fund[row["f"]].append(request)
    moved = Moved(stated)
    for row, request in zip(rows, requests, strict=True):
        _move(moved, row, request, of_fund[row["f"]], in_flight[row["f"], row["transfer_id"]])
    return moved


def _in_flight(inputs: Inputs) -> Mapping[tuple[int, str], list[Row]]:
    """Notices of which the transferor knew before a transfer and which fall due after it: the transferee owes its share."""
    rows = inputs.frame(
        f"""
        select x.f, t.transfer_id, l.event_date as due, {units("l.capital_call_amount", "c.scale")} as called,
            {units("l.outside_commitment_amount", "c.scale")} as outside
        from activity_funds as x
        inner join intermediate.int_fund__transfers as t using (state_id)
        inner join activity_commitments as c on c.f = x.f and c.commitment_id = t.commitment_id
        inner join intermediate.int_fund__cash_flows as l
            on l.state_id = x.state_id and l.commitment_id = c.commitment_id and l.cash_flow_type = 'CAPITAL_CALL'
                and l.source_table <> 'reallocations'
        inner join intermediate.int_fund__capital_calls as k on k.state_id = x.state_id and k.call_id = l.event_id
        where t.status = 'COMPLETED' and l.event_date >= t.effective_date
            and coalesce(k.notice_date, k.call_date) < t.effective_date
        order by l.event_date, l.transaction_id
        """
    ).table.to_pylist()
    found: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["f"], row["transfer_id"]].append(row)
    return found


def _request(row: Row) -> TransferRequest:
    return TransferRequest(
        transfer_id=row["transfer_id"],
        commitment_id=row["commitment_id"],
        transferor_id=row["transferor_id"],
        transferee_id=row["transferee_id"],
        transfer_type=TransferType(row["transfer_type"]),
        status=TransferStatus(row["status"]),
        amount=row["amount"],
        fraction=row["fraction"],
        price=row["price"],
        effective_date=row["effective_date"],
        submitted_date=row["submitted_date"],
        approved_date=row["approved_date"],
        reason=row["reason"],
        gp_consent=bool(row["gp_consent"]),
        agreement_document_id=row["agreement_document_id"],
    )


def _move(
    moved: Moved, row: Row, request: TransferRequest, others: Sequence[TransferRequest], in_flight: Sequence[Row]
) -> None:
    number, day = row["c"], row["effective_date"]
    before = None if number is None else moved.roll_before(number, day)
    holders = moved.holders[number] if number is not None else []
    commitment = Decimal(0)
    if before is not None and before.commitment.size:
        unit = minor_unit(row["minor_units"])
        commitment = in_money(before.balance(EventKind.COMMITTED)[-1], unit)
    around = Surroundings(
        holders[-1][1] if holders else row["first_holder"],
        commitment,
        row["kyc_status"],
        row["aml_status"],
        row["as_of"],
    )
    found = of_rules("TRANSFER", check_transfer(request, around, others), day)
    kept: dict[str, Any] = dict.fromkeys(_FIGURES)
    reason: str | None = NOT_COMPLETED
    if before is not None and before.commitment.size:
        kept |= _before(before, unit)
    if request.status is TransferStatus.COMPLETED:
        reason = NO_POSITION
        if before is not None and before.commitment.size and before.balance(EventKind.COMMITTED)[-1]:
            reason = None
            try:
                share = request.share_of(commitment)
            except ValueError:
                reason = BAD_EXTENT  # the rules have named it
            else:
                kept |= _carry_out(moved, row, request, before, share, in_flight, found)
    moved.findings[row["f"]] += found
    moved.rows.append(
        {
            **{name: row[name] for name in KEYS},
            **{name: row[name] for name in _STATED},
            **kept,
            "committed_moved_stated": row["new_amount"],
            "reason": reason,
            "finding_codes": ",".join(sorted({each.rule_code for each in found})) or None,
        }
    )


_STATED = (
    *("transfer_id", "commitment_id", "new_commitment_id", "transferor_id", "transferee_id", "transfer_type"),
    *("status", "effective_date", "price", "currency", "known_at"),
)
_BALANCES = ("committed", "contributed", "unfunded", "recallable")
_FIGURES = ("share", *(f"{name}_{when}" for name in _BALANCES for when in ("before", "moved")))


def _before(before: Roll, unit: Decimal) -> dict[str, Decimal]:
    amounts = (
        before.balance(EventKind.COMMITTED),
        before.called_inside,
        before.unfunded,
        before.open_recallable,
    )
    return {f"{name}_before": in_money(of[-1], unit) for name, of in zip(_BALANCES, amounts, strict=True)}


def _carry_out(
    moved: Moved,
    row: Row,
    request: TransferRequest,
    before: Roll,
    share: Fraction,
    in_flight: Sequence[Row],
    found: list[Difference],
) -> dict[str, Any]:
    """Split the position, and add the events of both sides: on the effective date, and when notices in flight fall due."""
    unit = minor_unit(row["minor_units"])
    old, new, day = row["c"], row["new_c"], row["effective_date"]
    last = {kind: in_money(before.balance(kind)[-1], unit) for kind in EventKind}
    restored = (
        last[EventKind.RECALLABLE] + last[EventKind.RESTORED] - last[EventKind.EXPIRED] - last[EventKind.RELEASED]
    )
    position = Position(
        commitment=last[EventKind.COMMITTED],
        unfunded=in_money(before.unfunded[-1], unit),
        restored=restored,
        recallable=in_money(before.open_recallable[-1], unit),
    )
    done = complete_transfer(request, position, unit).moved
    figures = (done.commitment, done.contributed, done.unfunded, done.recallable)
    result: dict[str, Any] = {f"{name}_moved": amount for name, amount in zip(_BALANCES, figures, strict=True)}
    result["share"] = round_half_up(Decimal(share.numerator) / Decimal(share.denominator), Decimal("1e-12"))
    if row["new_commitment_id"] is None:
        moved.holders[old].append((day, request.transferee_id))
        return result
    if row["new_amount"] is not None and row["new_amount"] != done.commitment:
        found.append(
            Difference(
                "TRANSFER_AMOUNT",
                "warning",
                "TRANSFER",
                request.transfer_id,
                f"transfer {request.transfer_id}: expected a new commitment of {done.commitment}, found {row['new_amount']}",
                day,
                row["currency"],
                row["new_amount"],
                done.commitment,
            )
        )
    if new is None:
        return result
    part = {kind: round_half_up(last[kind] * result["share"], unit) for kind in KEPT_KINDS}
    part[EventKind.RECALLABLE] = done.recallable + part[EventKind.RECALLED] + part[EventKind.EXPIRED]
    part[EventKind.RESTORED] = (
        done.restored - part[EventKind.RECALLABLE] + part[EventKind.EXPIRED] + part[EventKind.RELEASED]
    )
    part[EventKind.CALLED_INSIDE] = done.contributed
    amounts = dict(zip(part, minor_units(part.values(), unit).tolist(), strict=True))
    for number, sign in ((old, -1), (new, 1)):
        moved.events[number].append(
            events_of((number, day, kind, sign * amount) for kind, amount in amounts.items() if amount)
        )
        for notice in in_flight:
            parts = {
                EventKind.CALLED_INSIDE: (notice["called"] - notice["outside"]) * share,
                EventKind.CALLED_OUTSIDE: notice["outside"] * share,
            }
            moved.events[number].append(
                events_of((number, notice["due"], kind, sign * nearest(part)) for kind, part in parts.items() if part)
            )
    if done.recallable:
        _move_lots(moved, old, new, day, int(minor_units([done.recallable], unit)[0]))
    return result


def _move_lots(moved: Moved, old: int, new: int, day: dt.date, amount: int) -> None:
    """What may be recalled goes along, and on no longer than the lot that expires first allows."""
    _, stated = moved.stated.of_commitment(old)
    held = joined_lots([stated, *moved.lots[old]])
    ends = held.until[(held.day < np.datetime64(day, "D")) & ~np.isnat(held.until)]
    ends = ends[ends >= np.datetime64(day, "D")]
    until = ends.min() if ends.size else np.datetime64("NaT")
    for number, last_day, change in ((old, np.datetime64("NaT"), -amount), (new, until, amount)):
        moved.lots[number].append(
            Lots(
                np.array([number]),
                np.array([day], dtype="datetime64[D]"),
                np.array([last_day], dtype="datetime64[D]"),
                np.array([change]),
            )
        )
