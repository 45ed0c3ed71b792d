"""NAV products as a run leaves them in a warehouse: what they state, what was struck, the market. No expected figures here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.assets.nav_projects import NAV_PROJECTS
from orchestration.calculation_cache import refresh
from orchestration.warehouse import Warehouse

HOUSE, STATE = "cedar-assets", "s1"
KNOWN, RUN = dt.datetime(2026, 3, 11, 9), dt.datetime(2026, 3, 20)
MARCH = {day: dt.date(2026, 3, day) for day in range(1, 12)}
D = Decimal
OF_STATE = (
    "state_id varchar, organization_id varchar, known_from timestamp, known_to timestamp, known_at timestamp, "
    "product_id varchar, source_row integer"
)
TABLES = {
    "intermediate.int_feeds__loads_known": "load_id varchar, organization_id varchar, kind varchar, withdrawn_at timestamp",
    "intermediate.int_market__fx_rates": "organization_id varchar, base_currency varchar, quote_currency varchar, "
    "as_of timestamp, source varchar, rate decimal(38,18)",
    "intermediate.int_market__holidays": "calendar varchar, holiday_date date",
    "intermediate.int_nav__project_timeline": "organization_id varchar, project_id varchar, as_of date, known_at timestamp, "
    "is_deleted boolean, attributes struct(currency varchar)",
    "seeds.sources": "source varchar, level integer, priority integer",
    **{
        f"intermediate.int_nav__{name}": f"{OF_STATE}, {columns}"
        for name, columns in {
            "products": "table_name varchar, product_type varchar, subtype varchar, project_id varchar, status varchar, currency varchar, "
            "instrument_id varchar, inception_date date, nav_frequency varchar, valuation_cutoff varchar, "
            "valuation_calendar varchar, measurement_basis varchar, shares_outstanding decimal(38,12), shares_as_of date",
            "share_classes": "share_class_id varchar, currency varchar, isin varchar, error_class varchar, inception_date date, "
            "shares_outstanding decimal(38,12), shares_as_of date, income_policy varchar, income_dp bigint, share_dp bigint, "
            "performance_fee_rate decimal(18,12), hurdle_type varchar, hurdle_rate decimal(18,12), equalisation varchar, "
            "crystallisation varchar",
            "accruals": "share_class_id varchar, accrual_id varchar, kind varchar, side varchar, method varchar, "
            "rate decimal(18,12), basis varchar, basis_amount decimal(38,12), annual_amount decimal(38,12), "
            "amount decimal(38,12), currency varchar, accrued_from date, accrued_to date, paid_through date, "
            "day_count varchar, hurdle_rate decimal(18,12), start_date date, end_date date",
            "capital_activity": "order_id varchar, share_class_id varchar, investor_id varchar, activity varchar, "
            "status varchar, nav_date date, settle_date date, record_date date, ex_date date, "
            "shares decimal(38,12), amount decimal(38,12), price decimal(38,12), rate_per_share decimal(38,12), "
            "investor_nav_basis decimal(38,12), equalises_order_id varchar, currency varchar",
            "history": "share_class_id varchar, valuation_date date, version bigint, status varchar, currency varchar, "
            "nav_per_share decimal(38,12), unswung_nav decimal(38,12), net_assets decimal(38,12), "
            "shares_outstanding decimal(38,12), income_factor decimal(38,12), accrued_income_per_share decimal(38,12), "
            "high_water_mark decimal(38,12), high_water_mark_total decimal(38,12), "
            "corrects_version bigint, market_price decimal(38,12), source varchar",
            "transfer_agent_shares": "register varchar, share_class_id varchar, as_of_date date, shares decimal(38,12)",
            "instruments": "instrument_id varchar, currency varchar, isin varchar, instrument_type varchar, quote_basis varchar",
            "corporate_actions": "action_type varchar, action_id varchar",
            "prices": "instrument_id varchar, price_type varchar, as_of timestamp, source varchar, currency varchar, "
            "round_id varchar, price decimal(38,12), quote_basis varchar, sample_count bigint, allow_non_positive boolean, "
            "valid_until timestamp, approval_id varchar, reason varchar, confidence decimal(38,12)",
        }.items()
    },
}


class NavTables:
    """Writes rows of models and strikes; what a row leaves out is of one state, known since its feed came."""

    def __init__(self, path: Path) -> None:
        self.warehouse = Warehouse(path)
        self.warehouse.create_tables()
        with self.warehouse.transaction() as connection:
            for relation, columns in TABLES.items():
                connection.execute(f"create table {relation} ({columns})")
        self.add("ops.run_context", run_id="r", known_at=RUN, is_as_known_at=False)
        self.add("seeds.sources", source="ECB", level=2, priority=1)
        self.add("intermediate.int_feeds__loads_known", load_id="l1", organization_id=HOUSE, kind="nav_workbook")
        for base, rate in (("EUR", "1.0842"), ("GBP", "1.2675")):
            self.rate(base, rate, MARCH[9])
            self.rate(base, rate, MARCH[10])
        self.project("P", "USD")

    def add(self, relation: str, **row: Any) -> None:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        with self.warehouse.transaction() as connection:
            connection.execute(f"insert into {relation} ({names}) values ({marks})", list(row.values()))

    def nav(self, model: str, product_id: str, **row: Any) -> None:
        plain = {"state_id": STATE, "organization_id": HOUSE, "known_from": KNOWN, "known_at": KNOWN, "source_row": 1}
        self.add(f"intermediate.int_nav__{model}", **{**plain, "product_id": product_id, **row})

    def rate(self, base: str, rate: str, day: dt.date) -> None:
        self.add(
            "intermediate.int_market__fx_rates",
            organization_id="_shared",
            base_currency=base,
            quote_currency="USD",
            as_of=dt.datetime.combine(day, dt.time(14)),
            source="ECB",
            rate=D(rate),
        )

    def project(self, project_id: str, currency: str, as_of: dt.date = MARCH[1]) -> None:
        self.add(
            "intermediate.int_nav__project_timeline",
            organization_id=HOUSE,
            project_id=project_id,
            as_of=as_of,
            known_at=KNOWN,
            is_deleted=False,
            attributes={"currency": currency},
        )

    def product(self, product_id: str, currency: str = "USD", **row: Any) -> None:
        plain = {"table_name": "nav_fund_products", "product_type": "fund", "project_id": "P", "status": "ACTIVE"}
        self.nav("products", product_id, **{**plain, "currency": currency, "nav_frequency": "DAILY", **row})

    def strike(
        self,
        product_id: str,
        net: str,
        currency: str = "USD",
        day: int = 10,
        version: int = 1,
        shares: str | None = None,
        known_at: dt.datetime = KNOWN,
        held: Mapping[str, str] | None = None,
    ) -> None:
        keys = {"organization_id": HOUSE, "product_id": product_id, "valuation_date": MARCH[day], "version": version}
        strike_id = f"{product_id}-{day}-{version}"
        of_run = {"strike_id": strike_id, "state_id": STATE, "status": "STRUCK", "known_at": known_at, "struck_at": RUN}
        self.add("ops.nav_runs", **keys, **of_run, currency=currency, net_assets=D(net))
        per_share = None if shares is None else D(net) / D(shares)
        of_class = {"shares_outstanding": None if shares is None else D(shares), "nav_per_share": per_share}
        self.add("ops.nav_strikes", **keys, share_class_id=product_id, net_assets=D(net), currency=currency, **of_class)
        for instrument_id, amount in (held or {}).items():
            self.add("ops.nav_components", **keys, instrument_id=instrument_id, base_amount=D(amount))

    def calculated(self, table: str, order: str) -> list[dict[str, Any]]:
        refresh(self.warehouse, NAV_PROJECTS, "code")
        return self.warehouse.records(f"select * from {table} order by {order}")
