"""What a remedy against a default rests on: payments by day, balances of the roll, capital accounts, distributions. No remedy is here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from calculations.daycount import Ints
from calculations.exact.minor_units import in_money
from calculations.funds.capital.commitments import EventKind, Roll
from calculations.funds.capital.defaults import OtherPartner
from calculations.funds.capital.late import InterestShare
from calculations.funds.capital.late_shares import FUND
from calculations.money import minor_unit, round_half_up
from calculations.months import as_date
from orchestration.assets.capital_calls import Calls
from orchestration.assets.capital_inputs import Inputs
from orchestration.assets.capital_late_interest import LateInterest
from orchestration.assets.capital_notices import Standing


class Balances:
    """What a remedy rests on, in minor units of the call's currency: payments by day, the roll, capital accounts."""

    def __init__(self, inputs: Inputs, found: Roll, calls: Calls, standing: Standing, late: LateInterest) -> None:
        self.inputs, self.found, self.calls, self.standing, self.late = inputs, found, calls, standing, late
        self.ids = [str(each) for each in inputs.commitments.texts("commitment_id")]
        self.currencies = inputs.commitments.texts("currency")
        self.fund_of, self.commitment_of = calls.notices.ints("f"), calls.notices.ints("c")
        self.call_of, self.names = calls.notices.ints("k"), calls.notices.texts("notice_id")

    def unit(self, notice: int) -> Decimal:
        """The minor unit of the call's currency."""
        return minor_unit(len(str(self.calls.frame.ints("scale")[self.call_of[notice]])) - 1)

    def currency(self, notice: int) -> str | None:
        """The currency of the call."""
        return self.calls.frame.texts("currency")[self.call_of[notice]]

    def paid(self, notice: int) -> list[tuple[dt.date, int]]:
        """Payments that were accepted, by value date."""
        moves = self.standing.moves
        rows = np.flatnonzero((moves.notice == notice) & ~self.standing.settled.is_refused)
        return [(as_date(moves.day[at]), int(moves.amount[at])) for at in rows]

    def unpaid(self, notice: int, day: dt.date) -> int:
        """What was unpaid at the end of a day, whatever was settled otherwise."""
        return max(int(self.standing.due[notice]) - sum(amount for on, amount in self.paid(notice) if on <= day), 0)

    def on(self, commitments: Sequence[int], day: dt.date) -> Ints:
        """Rows of the roll in force for commitments at the end of a day, -1 for none."""
        return self.found.rows_on(np.array(commitments, dtype=np.int64), np.datetime64(day, "D"))

    def others(self, notice: int, day: dt.date, unit: Decimal) -> list[OtherPartner]:
        """Partners in the call's currency that have a commitment on the day and no notice in default."""
        own, standing = int(self.commitment_of[notice]), self.standing
        in_default = np.flatnonzero(
            (self.fund_of == self.fund_of[notice]) & (standing.defaulted_from <= np.datetime64(day, "D"))
        ).tolist()
        out = {own, *(int(self.commitment_of[n]) for n in in_default if self.unpaid(n, day))}
        of_fund = np.flatnonzero(self.inputs.commitments.ints("f") == self.fund_of[notice]).tolist()
        chosen = [c for c in of_fund if c not in out and self.currencies[c] == self.currency(notice)]
        rows = self.on(chosen, day)
        committed = np.append(self.found.balance(EventKind.COMMITTED), 0)[rows]
        unfunded = np.append(self.found.unfunded, 0)[rows]
        return [
            OtherPartner(self.ids[c], in_money(held, unit), in_money(max(int(free), 0), unit))
            for c, held, free in zip(chosen, committed, unfunded, strict=True)
            if held > 0
        ]

    def capital_account(self, notice: int, day: dt.date, unit: Decimal) -> Decimal | None:
        """Net assets of the commitment at the last quarter end by the day: its investor's, by commitments where it has several."""
        own = int(self.commitment_of[notice])
        held = self.inputs.commitments
        investors = held.texts("investor_id")
        found = self.inputs.connection.execute(
            "select arg_max(a.nav, a.period_end) from intermediate.int_fund__capital_accounts as a "
            "inner join activity_funds as x using (state_id, fund_id) where x.f = ? and a.investor_id = ? and a.period_end <= ?",
            [int(self.fund_of[notice]), investors[own], day],
        ).fetchone()
        if found is None or found[0] is None:
            return None
        of_investor = [
            c for c in np.flatnonzero(held.ints("f") == self.fund_of[notice]).tolist() if investors[c] == investors[own]
        ]
        committed = np.append(self.found.balance(EventKind.COMMITTED), 0)[self.on(of_investor, day)]
        whole = int(committed.sum())
        return (
            round_half_up(Decimal(found[0]) * int(committed[of_investor.index(own)]) / whole, unit) if whole else None
        )

    def distributions(self, notice: int, since: dt.date) -> list[tuple[dt.date, Decimal]]:
        """What distributions from the default on would pay the partner, by day."""
        return self.inputs.connection.execute(
            "select d.distribution_date, sum(n.net_distribution) from intermediate.int_fund__distributions as d "
            "inner join activity_funds as x using (state_id, fund_id) "
            "inner join intermediate.int_fund__distribution_notices as n using (state_id, distribution_id) "
            "where x.f = ? and n.commitment_id = ? and d.distribution_date between ? and x.as_of and n.net_distribution > 0 "
            "and n.notice_status <> 'CANCELLED' and d.distribution_status <> 'CANCELLED' "
            "and d.reverses_distribution_id is null group by 1 order by 1",
            [int(self.fund_of[notice]), self.ids[int(self.commitment_of[notice])], since],
        ).fetchall()

    def interest(self, notice: int, unit: Decimal) -> list[InterestShare]:
        """The notice's late interest by who receives it."""
        return [
            InterestShare(None if who == FUND else self.ids[int(self.commitment_of[who])], in_money(amount, unit))
            for who, amount in self.late.of_notice(notice)
        ]
