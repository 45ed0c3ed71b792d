"""Late interest on call notices: who owes it and who receives it. How much it is stands with the notice; that of closings is theirs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from calculations.daycount import Days, Ints
from calculations.funds.capital.late_shares import FUND, InterestShares, share_interest
from calculations.funds.capital.terms import InterestTo
from orchestration.assets.capital_calls import Calls
from orchestration.assets.capital_frames import days, money, table
from orchestration.assets.capital_inputs import KEYS, Inputs
from orchestration.assets.capital_notices import Standing

LATE_INTEREST = "calc.late_interest"


@dataclass(frozen=True, eq=False)
class LateInterest:
    """Notices that bear late interest, (interests,), the day up to which they do, and the shares of those who receive it."""

    notice: Ints
    until: Days
    shares: InterestShares

    def of_notice(self, notice: int) -> list[tuple[int, int]]:
        """Receiver (a notice, or FUND) and minor units of one notice's interest."""
        rows = np.flatnonzero(self.notice[self.shares.interest] == notice)
        return list(zip(self.shares.receiver[rows].tolist(), self.shares.amount[rows].tolist(), strict=True))


def share_notices(inputs: Inputs, calls: Calls, standing: Standing) -> LateInterest:
    """Late interest of every notice shared by its terms: to the fund, or to those who paid the call when it was due."""
    notices, moves = calls.notices, standing.moves
    owed_on = notices.days("owed_on")
    in_time = ~standing.settled.is_refused & (moves.day <= owed_on[moves.notice])
    funded = np.zeros(notices.size, dtype=np.int64)
    np.add.at(funded, moves.notice[in_time], moves.amount[in_time])
    bears = np.flatnonzero((standing.interest_reason < 0) & (standing.late_interest > 0))
    to_partners = np.array(
        [
            each.late_interest is not None and each.late_interest.to is InterestTo.FUNDED_INVESTORS
            for each in standing.terms.different
        ],
        dtype=np.bool_,
    )[standing.terms.of_row[bears]]
    shares = share_interest(standing.late_interest[bears], bears, to_partners, notices.ints("k"), np.maximum(funded, 0))
    as_of = inputs.funds.days("as_of")[notices.ints("f")[bears]]
    paid_on = standing.settled.paid_on[bears]
    return LateInterest(bears, np.where(np.isnat(paid_on), as_of, paid_on), shares)


def late_interest_table(inputs: Inputs, calls: Calls, late: LateInterest) -> pa.Table:
    """Rows of calc.late_interest: what the late partner owes, below zero, and what each receiver has of it."""
    notices, shares = calls.notices, late.shares
    owed = np.bincount(shares.interest, minlength=late.notice.size)
    total = np.zeros(late.notice.size, dtype=np.int64)
    np.add.at(total, shares.interest, shares.amount)
    payers = np.flatnonzero(owed)
    interest = np.concatenate([payers, shares.interest])
    party = np.concatenate([late.notice[payers], shares.receiver])
    amount = np.concatenate([-total[payers], shares.amount])
    of = late.notice[interest]
    call = notices.ints("k")[of]
    who = np.where(party == FUND, -1, party)
    return table(
        {
            **inputs.funds.columns(KEYS, notices.ints("f")[of]),
            "notice_id": notices.column("notice_id", of),
            "call_id": calls.frame.column("call_id", call),
            **notices.columns(("commitment_id", "investor_id"), who),
            "party": pa.array(np.select([amount < 0, party == FUND], ["LATE_PARTNER", "FUND"], "FUNDED_PARTNER")),
            "event_date": days(late.until[interest]),
            "currency": calls.frame.column("currency", call),
            "amount": money(amount, calls.frame.ints("scale")[call]),
            "known_at": notices.column("newest_known_at", of),
        }
    )
