"""Late interest on one notice, in Decimal, and who receives it. Overdue and default dates are in `dates`, remedies in `defaults`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from calculations.calendars import as_days
from calculations.exact.minor_units import in_money, minor_units, rate_units
from calculations.funds.capital.late_shares import FUND, share_interest
from calculations.funds.capital.stretches import interest, split_at, unpaid_stretches
from calculations.funds.capital.terms import DayCount, InterestTo, LateInterestTerms


@dataclass(frozen=True)
class RateStep:
    """A rate a year, a fraction, in force from a day on: an index fixing with its spread, or the one fixed rate."""

    effective_date: dt.date
    rate: Decimal


@dataclass(frozen=True)
class InterestShare:
    """Late interest of one recipient; None is the fund. Neither a contribution of the payer nor a distribution."""

    commitment_id: str | None
    amount: Decimal


def rate_steps(terms: LateInterestTerms, fixings: Sequence[RateStep] = ()) -> tuple[RateStep, ...]:
    """The rates that the terms charge: the fixed one for ever, or each fixing of the index and the spread over it.

    `fixings` are those of `terms.index_id`, each from its day on. Raises ValueError where the index has none.
    Source: input-contracts 3.1, DEFAULT.
    """
    if terms.rate is not None:
        return (RateStep(dt.date.min, terms.rate),)
    if not fixings:
        raise ValueError(f"late interest on {terms.index_id}: expected fixings of the index, found none")
    spread = terms.spread or Decimal(0)
    return tuple(RateStep(fixing.effective_date, fixing.rate + spread) for fixing in fixings)


def late_interest(
    amount: Decimal,
    due_date: dt.date,
    payments: Sequence[tuple[dt.date, Decimal]],
    until: dt.date,
    rates: Sequence[RateStep],
    day_count: DayCount,
    unit: Decimal,
) -> Decimal:
    """Interest up to `until` on what was unpaid of `amount` from its due date, rounded half-up once to `unit`.

    `payments` are (value date, amount), negative where one was reversed. The due date earns, the day of payment does
    not. Raises ValueError where no rate is in force on the due date of an unpaid notice. Source: fund-admin CC-7.
    """
    steps = sorted(rates, key=lambda step: step.effective_date)
    stretches = unpaid_stretches(
        minor_units([amount], unit),
        [due_date],
        np.zeros(len(payments), dtype=np.int64),
        as_days([day for day, _ in payments]),
        minor_units((paid for _, paid in payments), unit),
        [until],
    )
    pieces, reached = split_at(stretches, as_days([step.effective_date for step in steps]))
    if (reached == 0).any():
        first = steps[0].effective_date if steps else "none"
        raise ValueError(f"late interest from {due_date}: expected a rate in force from that day, found {first}")
    known = rate_units(step.rate for step in steps)
    (earned,) = interest(pieces, known[reached - 1], day_count, 1)
    return in_money(earned, unit)


def share_late_interest(
    amount: Decimal, to: InterestTo, funded: Mapping[str, Decimal], unit: Decimal
) -> tuple[InterestShare, ...]:
    """Late interest to the fund, or in proportion to what each of `funded` (commitment id: amount) paid of the call.

    The fund has it too where nobody funded the call. Source: fund-admin CC-7; M-3.
    """
    ids = sorted(funded)
    call = np.zeros(len(ids) + 1, dtype=np.int64)  # the payer's notice comes first, and has funded nothing in time
    paid = minor_units((Decimal(0), *(funded[each] for each in ids)), unit)
    to_partners = np.array([to is InterestTo.FUNDED_INVESTORS])
    found = share_interest(minor_units([amount], unit), np.array([0]), to_partners, call, paid)
    return tuple(
        InterestShare(None if receiver == FUND else ids[receiver - 1], in_money(share, unit))
        for receiver, share in zip(found.receiver.tolist(), found.amount.tolist(), strict=True)
    )
