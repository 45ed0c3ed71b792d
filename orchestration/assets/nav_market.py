"""Reads from the warehouse what all products of an organisation share at a strike. Products and striking are elsewhere."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from calculations.nav import Policy, Price, Rate, Source
from calculations.nav.market import Market, price_series, rate_series
from calculations.nav.receivables import CashDividend
from orchestration.warehouse import Warehouse

SHARED = "_shared"


def load_market(warehouse: Warehouse, organization: str) -> Market:
    """Instruments, prices, rates and holidays that the organisation sees: its own and the shared ones."""
    sources = {
        row["source"]: Source(level=row["level"], priority=row["priority"])
        for row in warehouse.records("select source, level, priority from seeds.sources")
    }
    instruments = warehouse.records(
        "select * from intermediate.int_nav__instruments where organization_id = ? and known_to is null", [organization]
    )
    dividends: dict[str, list[CashDividend]] = defaultdict(list)
    for row in warehouse.records(
        "select * from intermediate.int_nav__corporate_actions "
        "where organization_id = ? and known_to is null and action_type = 'CASH_DIVIDEND' order by action_id",
        [organization],
    ):
        dividends[row["instrument_id"]].append(
            CashDividend(
                action_id=row["action_id"],
                instrument_id=row["instrument_id"],
                ex_date=row["ex_date"],
                pay_date=row["pay_date"],
                amount_per_unit=row["amount_per_unit"],
                currency=row["currency"],
                withholding_rate=row["withholding_rate"] or Decimal(0),
            )
        )
    holidays: dict[str, set[dt.date]] = defaultdict(set)
    for calendar, day in warehouse.rows("select calendar, holiday_date from intermediate.int_market__holidays"):
        holidays[calendar].add(day)
    return Market(
        instruments={row["instrument_id"]: row for row in instruments},
        dividends=dividends,
        prices=price_series(_prices(warehouse, organization, sources)),
        rates=rate_series(_rates(warehouse, organization, sources)),
        holidays={calendar: frozenset(days) for calendar, days in holidays.items()},
        policy=Policy(sources=sources),
    )


def _prices(warehouse: Warehouse, organization: str, sources: Mapping[str, Source]) -> Iterator[Price]:
    # Of one instrument, type, instant and source an organisation's own price wins over a shared one, then the one in the
    # instrument's currency (a source may quote several), then the last round.
    for row in warehouse.records(
        "select p.* from intermediate.int_nav__prices as p left join intermediate.int_nav__instruments as i "
        "on i.organization_id = ? and i.instrument_id = p.instrument_id and i.known_to is null "
        "where p.organization_id in (?, ?) qualify row_number() over "
        "(partition by p.instrument_id, p.price_type, p.as_of, p.source "
        "order by p.organization_id = ? desc, p.currency = i.currency desc, p.round_id desc) = 1 order by all",
        [organization, organization, SHARED, organization],
    ):
        if row["source"] in sources:
            yield Price(
                instrument_id=row["instrument_id"],
                price_type=row["price_type"],
                as_of=_zoned(row["as_of"]),
                source=row["source"],
                price=row["price"],
                currency=row["currency"],
                quote_basis=row["quote_basis"],
                sample_count=row["sample_count"],
                allow_non_positive=bool(row["allow_non_positive"]),
                valid_until=None if row["valid_until"] is None else _zoned(row["valid_until"]),
                approval_id=row["approval_id"],
                reason=row["reason"],
                confidence=row["confidence"],
            )


def _rates(warehouse: Warehouse, organization: str, sources: Mapping[str, Source]) -> Iterator[Rate]:
    for base, quote, as_of, source, rate in warehouse.rows(
        "select base_currency, quote_currency, as_of, source, rate from intermediate.int_market__fx_rates "
        "where organization_id in (?, ?) qualify row_number() over "
        "(partition by base_currency, quote_currency, as_of, source order by organization_id = ? desc) = 1 order by all",
        [organization, SHARED, organization],
    ):
        if source in sources:
            yield Rate(base, quote, _zoned(as_of), source, rate)


def _zoned(instant: dt.datetime) -> dt.datetime:
    return instant.replace(tzinfo=dt.UTC)
