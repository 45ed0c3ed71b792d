"""The performance of a fund as a whole on a day: capital, value, multiples and rate of return. Partners and investments do not belong here.

Everything is in the fund's currency; amounts in another are converted at the rate of their day. A figure that cannot
be known is None beside its reason. Source: fund-admin 1.3 and 3.1 to 3.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.fx import Quotes, convert
from calculations.irr import Return, since_inception
from calculations.multiples import Ratio, dpi, moic, pic, rvpi, tvpi

NO_VALUATION = "NO_VALUATION"  # an investment held on the day has never been valued
NO_TRANSACTIONS = "NO_TRANSACTIONS"  # what the fund paid for its investments is not stated
UNIT = Decimal("0.0001")  # of booked money as stored, DECIMAL(24,4)

FAIR_VALUES = "FAIR_VALUES"  # sum of fair values, before cash, other net assets and accrued carry
CAPITAL_ACCOUNTS = "CAPITAL_ACCOUNTS"  # the capital accounts as stated


@dataclass(frozen=True)
class Amount:
    """Booked money of a day in a currency."""

    day: dt.date
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Flow:
    """One leg between an investor and the fund; both amounts from zero up, negative only where a reversal takes back."""

    day: dt.date
    called: Decimal
    distributed: Decimal  # tax withheld included
    currency: str


@dataclass(frozen=True)
class Holding:
    """An investment with its fair values, days rising; held from `first_day` until `exit_day`."""

    investment_id: str
    first_day: dt.date
    exit_day: dt.date | None
    fair_values: tuple[Amount, ...]


@dataclass(frozen=True)
class FundRecord:
    """All that a fund states of itself. `invested` and `realised` are None where its transactions are not stated;
    `stated_navs` are its capital accounts, used for a fund of which no investment is valued."""

    currency: str
    commitments: tuple[Amount, ...]  # changes of the commitment, reductions negative
    flows: tuple[Flow, ...]
    holdings: tuple[Holding, ...]
    invested: tuple[Amount, ...] | None
    realised: tuple[Amount, ...] | None
    stated_navs: tuple[Amount, ...] = ()


@dataclass(frozen=True)
class Known:
    """A sum, or None with the reason."""

    value: Decimal | None
    reason: str | None = None


@dataclass(frozen=True)
class FundPerformance:
    """Figures of one day since inception; `total_value` = distributed + NAV."""

    day: dt.date
    nav: Known
    nav_basis: str
    oldest_value_day: dt.date | None
    committed: Known
    called: Known
    distributed: Known
    irr: Return
    moic: Ratio
    dpi: Ratio
    rvpi: Ratio
    tvpi: Ratio
    pic: Ratio

    @property
    def total_value(self) -> Known:
        return _sum([self.distributed, self.nav])


def performance_days(record: FundRecord) -> tuple[dt.date, ...]:
    """The days on which the fund can be measured: those of its valuations, else of its capital accounts."""
    valued = {value.day for holding in record.holdings for value in holding.fair_values}
    return tuple(sorted(valued or {nav.day for nav in record.stated_navs}))


def fund_performance(record: FundRecord, day: dt.date, quotes: Quotes) -> FundPerformance:
    """Performance since inception on `day`, one of `performance_days`, from all flows up to and on it.

    Tax withheld counts as distributed; the value of a day is the last fair value of every investment held. The rate of
    return nets flows by day and ends with the value. Source: fund-admin 3.1, 3.2, input-contracts 3 (Capital Accounts).
    """
    flows = [flow for flow in record.flows if flow.day <= day]
    called = [_converted(Amount(flow.day, flow.called, flow.currency), record, quotes) for flow in flows]
    distributed = [_converted(Amount(flow.day, flow.distributed, flow.currency), record, quotes) for flow in flows]
    nav, basis, oldest = _value(record, day, quotes)
    paid_in, returned = _sum(called), _sum(distributed)
    committed = _until(record.commitments, day, record, quotes)
    nets = [
        (flow.day, _sum([back, _negative(paid)])) for flow, paid, back in zip(flows, called, distributed, strict=True)
    ]
    unknown = next((net for _, net in nets if net.value is None), nav if nav.value is None else None)
    if unknown is None and nav.value is not None:
        days = [flow_day for flow_day, _ in nets]
        irr = since_inception(days, [net.value for _, net in nets if net.value is not None], day, nav.value)
    else:
        irr = Return(None, unknown.reason if unknown else None)
    return FundPerformance(
        day=day,
        nav=nav,
        nav_basis=basis,
        oldest_value_day=oldest,
        committed=committed,
        called=paid_in,
        distributed=returned,
        irr=irr,
        moic=_moic(record, day, quotes, nav),
        dpi=_ratio(dpi, returned, paid_in),
        rvpi=_ratio(rvpi, nav, paid_in),
        tvpi=_ratio(tvpi, returned, nav, paid_in),
        pic=_ratio(pic, paid_in, committed),
    )


def _value(record: FundRecord, day: dt.date, quotes: Quotes) -> tuple[Known, str, dt.date | None]:
    """The value on a day, on what it rests, and the day of its oldest part."""
    held = [h for h in record.holdings if h.first_day <= day and (h.exit_day is None or h.exit_day > day)]
    if not any(holding.fair_values for holding in record.holdings):
        stated = [nav for nav in record.stated_navs if nav.day == day]
        return _sum([_converted(nav, record, quotes) for nav in stated]), CAPITAL_ACCOUNTS, day if stated else None
    latest = [next((v for v in reversed(h.fair_values) if v.day <= day), None) for h in held]
    for holding, value in zip(held, latest, strict=True):
        if value is None:
            return Known(None, f"{NO_VALUATION}: {holding.investment_id}"), FAIR_VALUES, None
    values = [value for value in latest if value is not None]
    # An amount of an earlier day is worth what its currency is worth today.
    nav = _sum([_converted(Amount(day, value.amount, value.currency), record, quotes) for value in values])
    return nav, FAIR_VALUES, min((value.day for value in values), default=None)


def _moic(record: FundRecord, day: dt.date, quotes: Quotes, nav: Known) -> Ratio:
    if record.invested is None or record.realised is None:
        return Ratio(None, NO_TRANSACTIONS)
    invested = _until(record.invested, day, record, quotes)
    realised = _until(record.realised, day, record, quotes)
    return _ratio(moic, realised, nav, invested)


def _until(amounts: Iterable[Amount], day: dt.date, record: FundRecord, quotes: Quotes) -> Known:
    return _sum([_converted(amount, record, quotes) for amount in amounts if amount.day <= day])


def _converted(amount: Amount, record: FundRecord, quotes: Quotes) -> Known:
    if amount.currency == record.currency or not amount.amount:
        return Known(amount.amount)  # nothing is nothing in any currency
    found = convert(amount.amount, amount.currency, record.currency, amount.day, quotes, UNIT)
    if found.amount is None:
        return Known(None, f"{found.reason}: {amount.currency} on {amount.day}")
    return Known(found.amount)


def _sum(parts: Sequence[Known]) -> Known:
    """The sum; unknown, with the first reason, as soon as one part is."""
    total = Decimal(0)
    for part in parts:
        if part.value is None:
            return part
        total += part.value
    return Known(total)


def _negative(part: Known) -> Known:
    return part if part.value is None else Known(-part.value)


def _ratio(formula: Callable[..., Ratio], *parts: Known) -> Ratio:
    values = []
    for part in parts:
        if part.value is None:
            return Ratio(None, part.reason)
        values.append(part.value)
    return formula(*values)
