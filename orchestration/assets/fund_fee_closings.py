"""What later closings mean for fees: who makes up for which, at what interest. What is made up for is in calculations."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from calculations.funds.closings.interest import InterestRates
from calculations.funds.closings.terms import ClosingTerms, InterestTerms, interest_of_closing, read_closing_terms
from calculations.funds.fees.day_counts import DayCount
from calculations.funds.fees.fund_charges import FeeRecord
from orchestration.assets.fund_fee_inputs import FundBook, Row

NO_RATE, ON_INDEX = "the closing has no rate of interest", "the interest of the closing is on an index"


@dataclass(frozen=True)
class FeesOfClosings:
    """By the day of each later closing: new commitments by payer, the rates of interest, or why there are none."""

    committed: Mapping[dt.date, list[int]]
    rates: Mapping[dt.date, InterestRates]
    reasons: Mapping[dt.date, str]


def fees_of_closings(book: FundBook, record: FeeRecord) -> FeesOfClosings:
    """Commitments made after the first charge, whose fees go to the manager.

    Those taken over by transfer have paid theirs. Where a closing's true-up is not the manager's, the fee passes between
    partners with the calls that funded it. Interest on an index is not made here: fixings are no part of what a fee is
    calculated on. Raises ValueError for terms that cannot be read. Source: fund-admin E-4; input-contracts 3, Closings.
    """
    among_partners = {row["closing_date"] for row in book.rows["closings"] if row["true_up_to_manager"] is False}
    payer = {each.commitment_id: place for each, place in zip(book.commitments, book.payer_number, strict=True)}
    new: dict[dt.date, list[int]] = defaultdict(lambda: [0] * len(record.payers))
    for row in book.rows["commitments"]:
        place, day = payer.get(row["commitment_id"]), row["commitment_date"]
        is_late = row["commitment_type"] != "TRANSFER" and day > record.first and day not in among_partners
        if place is not None and is_late:
            new[day][place] += book.units(row["commitment_amount"], row["currency"], day)
    rates: dict[dt.date, InterestRates] = {}
    reasons: dict[dt.date, str] = {}
    closings = {row["closing_date"]: row for row in book.rows["closings"] if row["status"] == "COMPLETED"}
    for day in new:
        closing = closings.get(day)
        agreed = _agreed(book, day)
        interest = agreed.interest if closing is None else _interest(closing, agreed)
        if interest is None:
            reasons[day] = NO_RATE
        elif interest.index_id is not None:
            reasons[day] = ON_INDEX
        else:
            rates[day] = InterestRates.of(interest)
    return FeesOfClosings(new, rates, reasons)


def _interest(closing: Row, agreed: ClosingTerms) -> InterestTerms | None:
    return interest_of_closing(
        agreed,
        closing["equalization_interest_rate"],
        closing["benchmark_index_id"],
        closing["benchmark_spread_rate"],
        bool(closing["interest_compounds"]),
        DayCount(closing["interest_day_count"] or "ACT_365F"),
    )


def _agreed(book: FundBook, day: dt.date) -> ClosingTerms:
    in_force = [
        row
        for row in book.rows["terms"]
        if row["term_type"] == "CLOSING"
        and row["class_code"] is None
        and row["investor_id"] is None
        and row["effective_date"] <= day
        and (row["expiry_date"] is None or day < row["expiry_date"])
    ]
    if not in_force:
        return ClosingTerms()
    newest = max(in_force, key=lambda row: row["effective_date"])
    return read_closing_terms(json.loads(newest["term_value"], parse_float=Decimal))
