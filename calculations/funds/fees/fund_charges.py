"""The management fees of a fund over its life, from what its records say: one run for each stretch of the same terms.

How a single run charges is `charges`; what partners of a payer bear of it is `partner_shares`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calculations.daycount import Ints
from calculations.funds.closings.fee_true_up import fee_true_up
from calculations.funds.closings.interest import InterestRates
from calculations.funds.fees.charges import FundFees, charge_fees
from calculations.funds.fees.concessions import Concession
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.offsets import PortfolioFee
from calculations.funds.fees.payers import AgreedTerms, Payer, changes_of_terms, terms_on
from calculations.funds.fees.periods import fee_periods
from calculations.funds.fees.terms import Basis, FeeLetter, FeeTerms, FundDates
from calculations.months import as_date


@dataclass(frozen=True, eq=False)
class FeeRecord:
    """What the records of a fund say of its fees. Fees are charged from `first` until the day before `until`.

    `levels` are the balances by number of the payer, in minor units; every basis that the terms name has one.
    `exempt` are classes that pay no fee; `offset_weights` (portfolio fees, payers).
    """

    first: dt.date
    until: dt.date
    decimals: int
    fiscal_year_end: tuple[int, int]
    dates: FundDates
    payers: tuple[Payer, ...]
    agreed: tuple[AgreedTerms, ...]
    letters: Mapping[str, tuple[FeeLetter, ...]]
    exempt: frozenset[str]
    levels: Mapping[Basis, Levels]
    concessions: tuple[Concession, ...]
    portfolio_fees: tuple[PortfolioFee, ...]
    offset_weights: Ints


@dataclass(frozen=True, eq=False)
class ChargedStretch:
    """The charges under the same terms; `terms` are those of each payer."""

    terms: tuple[FeeTerms | None, ...]
    charged: FundFees


@dataclass(frozen=True)
class LateFee:
    """What a payer makes up for on what it committed at a closing, from the first to the last day, and interest on it."""

    payer: int
    closing_date: dt.date
    first_day: dt.date
    last_day: dt.date
    basis_amount: int
    amount: int
    interest: int


def fund_charges(record: FeeRecord) -> tuple[ChargedStretch, ...]:
    """Gross to net fees of every payer and period, offsets carried from one stretch of terms into the next.

    Raises ValueError where terms contradict each other or name a basis without balances. Source: fund-admin 1.7.
    """
    days = changes_of_terms(record.agreed, record.first, record.until)
    found: list[ChargedStretch] = []
    opening: Ints | None = None
    entered: set[str] = set()
    for start, end in itertools.pairwise(days):
        terms = terms_on(start, record.payers, record.agreed, record.letters, record.exempt)
        frequencies = {each.frequency for each in terms if each is not None}
        if not frequencies:
            continue
        if len(frequencies) > 1:
            raise ValueError(f"terms: expected one frequency for the fund on {start}, found {sorted(frequencies)}")
        periods = fee_periods(start, end, frequencies.pop(), record.fiscal_year_end)
        usable = [n for n, fee in enumerate(record.portfolio_fees) if fee.offset_id not in entered]
        fees = [record.portfolio_fees[n] for n in usable]
        charged = charge_fees(
            periods,
            terms,
            record.levels,
            record.dates,
            record.decimals,
            record.concessions,
            fees,
            record.offset_weights[usable],
            opening,
        )
        last = as_date(periods.charged(next(each.timing for each in terms if each is not None))[-1])
        entered |= {fee.offset_id for fee in fees if fee.usable is not None and fee.usable <= last}
        opening = charged.fees.offset_carried[:, -1]
        found.append(ChargedStretch(terms, charged))
    return tuple(found)


def late_fees(
    record: FeeRecord,
    closing_dates: Collection[dt.date],
    committed: Mapping[dt.date, Sequence[int]],
    rates: Mapping[dt.date, InterestRates],
) -> tuple[LateFee, ...]:
    """What payers make up for on commitments of later closings: `committed` are amounts by payer at each of them.

    The fee of the periods charged before the closing, on the new commitment as if made at first, without waivers and
    offsets, which those had who paid at the time; interest at the closing's `rates` from the day of each charge, none
    where it has none. Source: fund-admin E-4.
    """
    found = []
    for closing in sorted(day for day in closing_dates if record.first < day < record.until):
        terms = terms_on(record.first, record.payers, record.agreed, record.letters, record.exempt)
        amounts = np.array(committed[closing], dtype=np.int64)
        bearing = [each if amount else None for each, amount in zip(terms, amounts, strict=True)]
        frequencies = {each.frequency for each in bearing if each is not None}
        if not frequencies:
            continue
        periods = fee_periods(record.first, record.until, frequencies.pop(), record.fiscal_year_end)
        start = np.full(amounts.size, np.datetime64(record.first, "D"))
        level = Levels.of_movements(np.arange(amounts.size), start, amounts)
        levels = {basis: level for each in bearing if each is not None for basis in each.bases}
        made_up = fee_true_up(periods, bearing, levels, record.dates, closing, rates.get(closing))
        last = as_date(made_up.periods.end[-1]) - dt.timedelta(days=1)
        found += [
            LateFee(payer, closing, record.first, last, int(amounts[payer]), int(total), int(interest))
            for payer, (total, interest) in enumerate(
                zip(made_up.fee.sum(axis=1), made_up.interest.sum(axis=1), strict=True)
            )
            if bearing[payer] is not None
        ]
    return tuple(found)
