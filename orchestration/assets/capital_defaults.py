"""Notices in default, and what the remedy chosen for each moves. The remedies are in calculations, the rows are in `capital_default_rows`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.exact.minor_units import in_money, minor_units
from calculations.funds.capital.commitments import EventKind, Events, Roll
from calculations.funds.capital.defaults import Default, Figures, Outcome, apply_remedy
from calculations.funds.capital.remedy_events import remedy_changes
from calculations.funds.capital.settlement import Moves
from calculations.funds.capital.terms import DefaultTerms, Remedy
from calculations.months import as_date
from orchestration.assets.capital_calls import Calls
from orchestration.assets.capital_default_balances import Balances
from orchestration.assets.capital_findings import Difference
from orchestration.assets.capital_inputs import Inputs
from orchestration.assets.capital_late_interest import LateInterest
from orchestration.assets.capital_notices import Standing
from orchestration.assets.capital_roll import events_of

NO_REMEDY, NOTHING_UNPAID, NOTHING_DUE = "NO_REMEDY_CHOSEN", "NOTHING_UNPAID", "NO_DISTRIBUTION_TO_SET_OFF"
NOT_POSSIBLE, NO_INTEREST, IN_OTHER_CURRENCY = (
    "REMEDY_NOT_POSSIBLE",
    "NO_INTEREST_KNOWN",
    "COMMITMENT_IN_OTHER_CURRENCY",
)

Row = Mapping[str, Any]
Change = tuple[int, dt.date, EventKind, int]


@dataclass(frozen=True)
class InDefault:
    """One default: a notice (n), what was unpaid of it, and what its remedy did, on which days. `stated` is the workbook's row."""

    notice: int
    day: dt.date
    terms: DefaultTerms
    unpaid: Decimal
    unit: Decimal
    stated: Row | None = None
    outcomes: Sequence[tuple[dt.date, Outcome]] = ()
    reason: str | None = None
    forfeited_share: Decimal | None = None
    is_booked: bool = False


@dataclass
class Remedied:
    """Every default, the changes of the roll that follow, and findings by fund number."""

    defaults: list[InDefault] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    findings: dict[int, list[Difference]] = field(default_factory=lambda: defaultdict(list))

    @property
    def events(self) -> Events:
        """The changes as events of the roll."""
        return events_of(self.changes)

    @property
    def settlements(self) -> Moves:
        """What remedies settled of notices, by the day."""
        listed = [
            (default.notice, day, int(minor_units([outcome.settled], default.unit)[0]))
            for default in self.defaults
            for day, outcome in default.outcomes
            if outcome.settled
        ]
        return Moves(
            np.array([notice for notice, _, _ in listed], dtype=np.int64),
            np.array([day for _, day, _ in listed], dtype="datetime64[D]"),
            np.array([amount for _, _, amount in listed], dtype=np.int64),
            np.full(len(listed), -1, dtype=np.int64),
        )

    @property
    def moves_commitments(self) -> bool:
        """Whether a balance changes that later calls are shared by."""
        return any(kind not in (EventKind.DEFAULTED, EventKind.REMEDIED) for _, _, kind, _ in self.changes)


def remedy_defaults(inputs: Inputs, found: Roll, calls: Calls, standing: Standing, late: LateInterest) -> Remedied:
    """Every default by the day that the files speak of, in order of its day, with the remedy that the workbook names.

    Where no row names one, the notice is in default by the passing of time and the remedy is open. What the workbook
    books of a remedy in other sheets (a reallocation of the notice, a modification or transfer of the commitment on the
    day) is in the roll by those rows and not moved again. Source: fund-admin CC-7, CC-8; input-contracts 2.7.
    """
    remedied = Remedied()
    balances = Balances(inputs, found, calls, standing, late)
    rows = _stated(inputs)
    named = {row["n"] for row in rows}
    as_of = inputs.funds.days("as_of")[calls.notices.ints("f")]
    reached = (standing.defaulted_from <= as_of) & (standing.settled.outstanding > 0) & (standing.due > 0)
    by_time = [(int(n), as_date(standing.defaulted_from[n]), None) for n in np.flatnonzero(reached) if n not in named]
    in_order = [*((row["n"], row["default_date"], row) for row in rows), *by_time]
    settled: dict[int, int] = defaultdict(int)
    seen: set[int] = set()
    for notice, day, stated in sorted(in_order, key=lambda each: (each[1], each[0], (each[2] or {}).get("default_id"))):
        default = _remedy(balances, notice, day, stated, settled[notice], remedied)
        remedied.defaults.append(default)
        if notice not in seen:
            seen.add(notice)
            _show(balances, default, remedied)
        unit = balances.unit(notice)
        settled[notice] += int(minor_units([sum((o.settled for _, o in default.outcomes), Decimal(0))], unit)[0])
    return remedied


def _stated(inputs: Inputs) -> list[dict[str, Any]]:
    return inputs.frame(
        """
        select n.n, d.default_id, d.default_date, d.remedy, d.forfeited_share, d.sale_price, d.cured_date, d.amount, d.known_at,
            n.notice_status = 'WAIVED'
            or exists (select 1 from intermediate.int_fund__reallocations as r
                where r.state_id = x.state_id and r.original_notice_id = d.notice_id and r.effective_date >= d.default_date)
            or exists (select 1 from intermediate.int_fund__commitment_modifications as m
                where m.state_id = x.state_id and m.commitment_id = n.commitment_id and m.effective_date = d.default_date)
            or exists (select 1 from intermediate.int_fund__transfers as t where t.state_id = x.state_id
                and t.commitment_id = n.commitment_id and t.effective_date = d.default_date and t.status = 'COMPLETED')
            as is_booked
        from activity_notices as n
        inner join activity_funds as x on x.f = n.f
        inner join intermediate.int_fund__defaults as d on d.state_id = x.state_id and d.notice_id = n.notice_id
        where d.default_date <= x.as_of
        order by n.n, d.default_date, d.default_id
        """
    ).table.to_pylist()


def _remedy(
    balances: Balances, notice: int, day: dt.date, stated: Row | None, settled: int, remedied: Remedied
) -> InDefault:
    unit, standing = balances.unit(notice), balances.standing
    terms = standing.terms.different[int(standing.terms.of_row[notice])]
    left = max(balances.unpaid(notice, day) - settled, 0)
    default = InDefault(notice, day, terms, in_money(left, unit), unit, stated, (), NO_REMEDY)
    if stated is None:
        return default
    remedy, found = Remedy(stated["remedy"]), remedied.findings[int(balances.fund_of[notice])]
    share = terms.forfeiture_share if stated["forfeited_share"] is None else stated["forfeited_share"]
    default = replace(
        default,
        reason=None,
        forfeited_share=share if remedy is Remedy.FORFEITURE else None,
        is_booked=bool(stated["is_booked"]),
    )
    name = str(balances.names[notice])
    if terms.remedies and remedy not in terms.remedies:
        agreed = ", ".join(terms.remedies)
        message = f"default of notice {name}: expected one of {agreed}, the remedies of the terms, found {remedy}"
        found.append(Difference("REMEDY_NOT_IN_TERMS", "warning", "NOTICE", name, message, day))
    try:
        outcomes, reason = _outcomes(balances, default, remedy, unit)
    except ValueError as error:
        found.append(Difference("REMEDY_NOT_POSSIBLE", "warning", "NOTICE", name, str(error), day))
        outcomes, reason = [], NOT_POSSIBLE
    done = replace(default, outcomes=tuple(outcomes), reason=reason)
    if not done.is_booked:
        remedied.changes += _changes(balances, done, unit)
    return done


def _outcomes(
    balances: Balances, default: InDefault, remedy: Remedy, unit: Decimal
) -> tuple[list[tuple[dt.date, Outcome]], str | None]:
    """What the remedy did on which days, or why it did nothing."""
    notice, day = default.notice, default.day
    if not default.unpaid:
        return [], NOTHING_UNPAID
    if balances.currencies[int(balances.commitment_of[notice])] != balances.currency(notice):
        return [], IN_OTHER_CURRENCY
    own = balances.ids[int(balances.commitment_of[notice])]
    row = balances.on([int(balances.commitment_of[notice])], day)
    committed, called = (
        in_money(int(np.append(balance, 0)[row][0]), unit)
        for balance in (balances.found.balance(EventKind.COMMITTED), balances.found.called_inside)
    )
    account = balances.capital_account(notice, day, unit)
    if account is None and remedy in (Remedy.FORFEITURE, Remedy.FORCED_SALE):
        raise ValueError(f"notice {balances.names[notice]}: {remedy} needs a capital account by {day}, found none")
    value = account or Decimal(0)
    paid_in = max(called - default.unpaid, Decimal(0))
    held = Default(str(balances.names[notice]), own, default.unpaid, committed, paid_in, value, value)
    if remedy is Remedy.INTEREST:
        shares = balances.interest(notice, unit)
        if not shares:
            return [], NO_INTEREST
        until = balances.late.until[np.flatnonzero(balances.late.notice == notice)[0]]
        return [(as_date(until), apply_remedy(remedy, held, [], Figures(interest=shares), unit))], None
    if remedy is Remedy.SET_OFF:
        done: list[tuple[dt.date, Outcome]] = []
        for on, due in balances.distributions(notice, day):
            left = held.unpaid - sum((each.settled for _, each in done), Decimal(0))
            if left <= 0:
                break
            part = Default(held.notice_id, own, left, committed, paid_in)
            done.append((on, apply_remedy(remedy, part, [], Figures(distribution_due=due), unit)))
        return done, None if done else NOTHING_DUE
    stated = default.stated or {}
    figures = Figures(forfeiture_share=default.forfeited_share, sale_price=stated.get("sale_price"))
    return [(day, apply_remedy(remedy, held, balances.others(notice, day, unit), figures, unit))], None


def _changes(balances: Balances, default: InDefault, unit: Decimal) -> Iterator[Change]:
    number = {balances.ids[c]: c for c in np.flatnonzero(
        balances.inputs.commitments.ints("f") == balances.fund_of[default.notice]
    ).tolist()}  # fmt: skip
    row = balances.on([int(balances.commitment_of[default.notice])], default.day)
    called, committed, unfunded = (
        in_money(int(np.append(balance, 0)[row][0]), unit)
        for balance in (
            balances.found.called_inside, balances.found.balance(EventKind.COMMITTED), balances.found.unfunded
        )
    )  # fmt: skip
    for day, outcome in default.outcomes:
        for commitment_id, kind, amount in remedy_changes(outcome, called, unfunded - committed + called, unit):
            yield number[commitment_id], day, kind, int(minor_units([amount], unit)[0])


def _show(balances: Balances, default: InDefault, remedied: Remedied) -> None:
    """The defaulted amount on its day, and what of it was paid since; it stays visible whatever becomes of it."""
    commitment, unit = int(balances.commitment_of[default.notice]), balances.unit(default.notice)
    remedied.changes.append((commitment, default.day, EventKind.DEFAULTED, int(minor_units([default.unpaid], unit)[0])))
    remedied.changes += [
        (commitment, day, EventKind.REMEDIED, amount)
        for day, amount in balances.paid(default.notice)
        if day > default.day
    ]
