"""Products as an organisation shows them, with their strikes: a held product as it was last good. Nothing is measured here."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from calculations.nav.market import Market, valuation_point
from calculations.nav.numbers import precise
from calculations.nav.projects import project_policy
from calculations.nav.rates import Conversion, Quotes, exchange_rate, in_force
from calculations.nav.stated import StatedProduct
from calculations.nav.valuation_point import ValuationPoint
from orchestration.assets.nav_market import load_market
from orchestration.nav_published import VERSIONS
from orchestration.warehouse import Warehouse

Row = Mapping[str, Any]

# The same rows as int_nav__shown_products, which dbt builds only with the marts.
_SHOWN = """
    with newest_status as (
        select organization_id, entity_id as product_id, status, last_good_known_at
        from ops.product_status
        qualify row_number() over (
            partition by organization_id, entity_id order by recorded_at desc, last_good_known_at desc nulls last
        ) = 1
    ),
    stood as (
        select p.*,
            case s.status when 'held' then s.last_good_known_at when 'never_published' then null else r.known_at end as horizon
        from intermediate.int_nav__products as p
        cross join ops.run_context as r
        left join newest_status as s on p.organization_id = s.organization_id and p.product_id = s.product_id
    )
    select * from stood
    where known_from <= horizon and (known_to is null or known_to > horizon)
    qualify row_number() over (
        partition by organization_id, product_id order by known_from desc, table_name asc
    ) = 1
"""
SHOWN_RUNS = f"""
    select r.* from ops.nav_runs as r
    inner join ({_SHOWN}) as p on r.organization_id = p.organization_id and r.product_id = p.product_id
    where r.known_at <= p.horizon
"""
# In force as in fact_nav: what is published, else the newest version unless it was rejected.
_CURRENT = f"""
    select * exclude (approval_status) from (
        select r.*, v.status as approval_status, max(r.version) over (
            partition by r.organization_id, r.product_id, r.valuation_date
        ) as newest_version,
        from ({SHOWN_RUNS}) as r
        left join ({VERSIONS}) as v
            on r.organization_id = v.organization_id and r.product_id = v.product_id
            and r.valuation_date = v.valuation_date and r.version = v.version
        where r.status = 'STRUCK'
        qualify row_number() over (
            partition by r.organization_id, r.product_id, r.valuation_date
            order by v.status is not distinct from 'PUBLISHED' desc, r.version desc
        ) = 1
    ) where approval_status is distinct from 'REJECTED'
"""
# What is measured follows from the states shown, their strikes, what was published or said to be wrong of them, and
# every load that market data may come from.
SETS = f"""
    with shown as (
        select organization_id, string_agg(state_id || '/' || product_id, ',' order by product_id) as products
        from ({_SHOWN}) group by all
    ),
    strikes as (
        select organization_id,
            string_agg(
                strike_id || '/' || version || '/' || newest_version, ',' order by product_id, valuation_date
            ) as strikes
        from ({_CURRENT}) group by all
    ),
    log as (
        select organization_id, max(event_number)::varchar as decided from ops.nav_approval_events
        where refusal is null and step in ('REJECT', 'PUBLISH', 'RESTATE') group by all
    ),
    loads as (
        select s.organization_id, string_agg(distinct l.load_id, ',' order by l.load_id) as loads
        from shown as s
        inner join intermediate.int_feeds__loads_known as l on l.organization_id in (s.organization_id, '_shared')
        where l.withdrawn_at is null and l.kind in ('nav_workbook', 'price_feed', 'fx_feed', 'holidays', 'fund_workbook')
        group by all
    )
    select organization_id, md5(concat_ws('|', organization_id, products, strikes, decided, loads)) as nav_set_id
    from shown
    left join strikes using (organization_id)
    left join log using (organization_id)
    left join loads using (organization_id)
"""
DEPS = (
    *(f"intermediate.int_nav__{model}" for model in ("products", "share_classes", "capital_activity", "history")),
    *("intermediate.int_nav__accruals", "intermediate.int_nav__transfer_agent_shares"),
    "intermediate.int_nav__project_timeline",
    *("intermediate.int_feeds__loads_known", "intermediate.int_market__fx_rates", "intermediate.int_market__holidays"),
    *("intermediate.int_nav__instruments", "intermediate.int_nav__corporate_actions", "intermediate.int_nav__prices"),
    *(
        "seeds.sources",
        "ops.run_context",
        "ops.product_status",
        "ops.nav_runs",
        "ops.nav_strikes",
        "ops.nav_components",
        "ops.nav_approval_events",
    ),
)
_OF_PRODUCT = ("share_classes", "accruals", "capital_activity", "history", "transfer_agent_shares")


@dataclass(frozen=True)
class ShownStrike:
    """The strike of a product and day that is in force; `classes` are its rows by class, `held` values by instrument, in its currency.

    `fees` are lines of performance fees by class ('' for one of no class) and accrual, in their own currency, as owed.
    `is_marked`: a position is valued at a market price.
    """

    run: Row
    classes: Mapping[str, Row]
    held: Mapping[str, Decimal]
    fees: Mapping[tuple[str, str], Decimal]
    is_marked: bool


@dataclass(frozen=True)
class ShownProduct:
    """A product as shown, all rows of its state that name it, and its current strikes by day, days rising."""

    stated: StatedProduct
    strikes: Mapping[dt.date, ShownStrike]

    @property
    def product_id(self) -> str:
        product_id: str = self.stated.row["product_id"]
        return product_id

    @property
    def unit(self) -> str | None:
        """The product's own instrument where that is a claim on it; one that the product holds itself is its asset."""
        row = self.stated.row
        if row["instrument_id"] is None or self.stated.product_type not in project_policy().issues_units:
            return None
        return None if self.holds(row["instrument_id"]) else str(row["instrument_id"])

    def holds(self, instrument_id: str) -> bool:
        """Whether a current strike has the instrument among its lines."""
        return any(instrument_id in strike.held for strike in self.strikes.values())


@dataclass(frozen=True)
class ShownOrganization:
    """Everything that the products of an organisation are measured from."""

    organization_id: str
    market: Market
    products: Sequence[ShownProduct]

    @cached_property
    def _quotes(self) -> dict[ValuationPoint, Quotes]:
        return {}

    def conversion(self, held: str, wanted: str, point: ValuationPoint) -> Conversion:
        """Units of `wanted` for one of `held` at a point."""
        if point not in self._quotes:
            self._quotes[point] = in_force(self.market.rates_at(point), point, self.market.policy)
        return exchange_rate(held, wanted, self._quotes[point], point, self.market.policy)

    def converted(self, amount: Decimal, currency: str, product: Row, day: dt.date) -> Decimal | None:
        """An amount in the product's currency on a day, None where there is no rate that may be used."""
        rate = self.conversion(currency, product["currency"], valuation_point(product, day, self.market))
        if rate.rate is None or rate.reason is not None:
            return None
        with precise():
            return amount * rate.rate


def shown_organization(warehouse: Warehouse, organization: str) -> ShownOrganization:
    """Products shown by an organisation, in the order of their ids."""
    rows_of = {model: _by_product(warehouse, model, organization) for model in _OF_PRODUCT}
    strikes = _strikes(warehouse, organization)
    products = []
    for row in warehouse.records(
        f"select * from ({_SHOWN}) where organization_id = ? order by product_id", [organization]
    ):
        name = row["product_id"]
        stated = StatedProduct(
            product_type=row["product_type"],
            row=row,
            classes=rows_of["share_classes"].get(name, ()),
            holdings=(),
            accruals=rows_of["accruals"].get(name, ()),
            orders=rows_of["capital_activity"].get(name, ()),
            history=rows_of["history"].get(name, ()),
            register=rows_of["transfer_agent_shares"].get(name, ()),
        )
        products.append(ShownProduct(stated, strikes.get(name, {})))
    return ShownOrganization(organization, load_market(warehouse, organization), products)


def _by_product(warehouse: Warehouse, model: str, organization: str) -> Mapping[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in warehouse.records(
        f"select m.* from intermediate.int_nav__{model} as m "
        f"inner join ({_SHOWN}) as p on m.state_id = p.state_id and m.product_id = p.product_id "
        "where p.organization_id = ? order by m.product_id, m.source_row",
        [organization],
    ):
        grouped[row["product_id"]].append(row)
    return grouped


def _strikes(warehouse: Warehouse, organization: str) -> Mapping[str, Mapping[dt.date, ShownStrike]]:
    keys = "using (organization_id, product_id, valuation_date, version) where r.organization_id = ? group by all"
    classes: dict[tuple[str, dt.date], dict[str, Row]] = defaultdict(dict)
    for row in warehouse.records(
        f"select c.* from ops.nav_strikes as c inner join ({_CURRENT}) as r {keys}", [organization]
    ):
        classes[row["product_id"], row["valuation_date"]][row["share_class_id"]] = row
    held: dict[tuple[str, dt.date], dict[str, Decimal]] = defaultdict(dict)
    for row in warehouse.records(
        "select c.product_id, c.valuation_date, c.instrument_id, cast(sum(c.base_amount) as decimal(38,12)) as amount "
        f"from ops.nav_components as c inner join ({_CURRENT}) as r {keys} having c.instrument_id is not null",
        [organization],
    ):
        held[row["product_id"], row["valuation_date"]][row["instrument_id"]] = row["amount"]
    fees: dict[tuple[str, dt.date], dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for row in warehouse.records(
        "select c.product_id, c.valuation_date, coalesce(c.share_class_id, '') as share_class_id, c.accrual_id, c.kind, "
        f"cast(-sum(c.amount) as decimal(38,12)) as amount from ops.nav_components as c inner join ({_CURRENT}) as r {keys} "
        "having c.kind = 'PERFORMANCE_FEE' and amount is not null",
        [organization],
    ):
        fees[row["product_id"], row["valuation_date"]][row["share_class_id"], row["accrual_id"]] = row["amount"]
    marked = {
        (row["product_id"], row["valuation_date"])
        for row in warehouse.records(
            f"select c.product_id, c.valuation_date from ops.nav_components as c inner join ({_CURRENT}) as r {keys} "
            "having count(*) filter (where c.method = 'PRICED') > 0",
            [organization],
        )
    }
    found: dict[str, dict[dt.date, ShownStrike]] = defaultdict(dict)
    for run in warehouse.records(
        f"select * from ({_CURRENT}) where organization_id = ? order by product_id, valuation_date", [organization]
    ):
        key = run["product_id"], run["valuation_date"]
        found[key[0]][key[1]] = ShownStrike(run, classes[key], held[key], fees[key], key in marked)
    return found
