"""Strikes every product that can be struck by its holdings, and keeps a new version where anything about it has changed.

The finance is in calculations; strikes are appended to ops and never changed. Source: nav 1.3, 3.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import dagster as dg

from calculations.nav import Policy, Price, Rate, Source, Strike, strike, validate
from calculations.nav.market import Market, price_series, rate_series
from calculations.nav.receivables import CashDividend
from calculations.nav.results import NavLine
from calculations.nav.rules import RuleResult, blocks
from calculations.nav.stated import StatedProduct
from calculations.nav.strike_inputs import StrikeInputs, strike_inputs
from orchestration.assets.raw import table_schema
from orchestration.calculation_cache import REMEMBERED, as_table
from orchestration.fingerprints import code_fingerprint
from orchestration.pictures import nav_picture
from orchestration.resources import WarehouseResource, retried_when_busy, utc_now
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append, append_rows, table_descriptions

CALCULATION = "nav_strikes"
RUNS, STRIKES, COMPONENTS, VALIDATIONS = TABLES = (
    "ops.nav_runs",
    "ops.nav_strikes",
    "ops.nav_components",
    "ops.nav_validations",
)
# Products that are worth what they hold; the other types have methods of their own. Source: nav 2.
BY_HOLDINGS = ("fund", "equity", "bond", "commodity")
OF_PRODUCT = ("share_classes", "holdings", "accruals", "capital_activity", "history", "transfer_agent_shares")
DEPS = (
    *(f"intermediate.int_nav__{model}" for model in ("struck_states", "products", "instruments", "corporate_actions")),
    *(f"intermediate.int_nav__{model}" for model in (*OF_PRODUCT, "prices")),
    "intermediate.int_market__fx_rates",
    "intermediate.int_market__holidays",
    "seeds.sources",
)
SHARED = "_shared"

Row = Mapping[str, Any]


@dataclass
class Struck:
    """Rows for the tables of ops."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {table: [] for table in TABLES})


def refresh(warehouse: Warehouse, code: str, run_id: str) -> int:
    """Strike what has not been struck on these inputs; returns the number of new runs."""
    done = dict(
        warehouse.rows(f"select inputs_id, code_fingerprint from {REMEMBERED} where calculation = ?", [CALCULATION])
    )
    wanted = {organization: _inputs_id(warehouse, organization) for organization in _organizations(warehouse)}
    todo = [organization for organization, inputs_id in wanted.items() if done.get(inputs_id) != code]
    if not todo and set(done) <= set(wanted.values()):
        return 0
    struck = Struck()
    for organization in todo:
        _strike_organization(warehouse, organization, run_id, struck)
    with warehouse.transaction() as connection:
        for table, records in struck.rows.items():
            if records:
                append(connection, table, as_table(table, records))
        connection.execute(f"delete from {REMEMBERED} where calculation = ?", [CALCULATION])
        now = utc_now()
        remembered = {"calculation": CALCULATION, "code_fingerprint": code, "calculated_at": now}
        append_rows(connection, REMEMBERED, [{**remembered, "inputs_id": each} for each in wanted.values()])
    return len(struck.rows[RUNS])


def _organizations(warehouse: Warehouse) -> list[str]:
    return [
        o
        for (o,) in warehouse.rows(
            "select distinct organization_id from intermediate.int_nav__struck_states order by 1"
        )
    ]


def _known_loads(warehouse: Warehouse, organization: str) -> list[tuple[str, dt.datetime]]:
    """Every load that a strike of the organisation may use, with when it became known."""
    return warehouse.rows(
        "select distinct load_id, known_at from intermediate.int_feeds__loads_known "
        "where withdrawn_at is null and organization_id in (?, ?) "
        "and kind in ('nav_workbook', 'nport', 'price_feed', 'fx_feed', 'holidays', 'fund_workbook') order by 1",
        [organization, SHARED],
    )


def _inputs_id(warehouse: Warehouse, organization: str) -> str:
    loads = ",".join(load_id for load_id, _ in _known_loads(warehouse, organization))
    return hashlib.sha256(f"{organization}|{loads}".encode()).hexdigest()


def _strike_organization(warehouse: Warehouse, organization: str, run_id: str, struck: Struck) -> None:
    market = load_market(warehouse, organization)
    known_at = max(known for _, known in _known_loads(warehouse, organization))
    versions = {
        (product, day): (version, strike_id)
        for product, day, version, strike_id in warehouse.rows(
            f"select product_id, valuation_date, max(version), arg_max(strike_id, struck_at) from {RUNS} "
            "where organization_id = ? group by all",
            [organization],
        )
    }
    for stated, state_id in stated_products(warehouse, organization):
        for day in stated.days:
            inputs = strike_inputs(stated, market, day)
            result = strike(
                inputs.product,
                inputs.point,
                inputs.positions,
                inputs.prices,
                inputs.rates,
                market.policy,
                inputs.accruals,
                inputs.classes,
            )
            version, last = versions.get((inputs.product.product_id, day), (None, None))
            if result.inputs_hash == last:
                continue
            rules = validate(result, inputs.product, inputs.point, inputs.rates, market.policy, inputs.classes)
            keys = {
                "organization_id": organization,
                "product_id": inputs.product.product_id,
                "valuation_date": day,
                "strike_id": result.inputs_hash,
                "known_at": known_at,
            }
            _record(struck, keys, inputs, result, rules, (version or 0) + 1, state_id, run_id)


def _record(
    struck: Struck,
    keys: Mapping[str, Any],
    inputs: StrikeInputs,
    result: Strike,
    rules: Sequence[RuleResult],
    version: int,
    state_id: str,
    run_id: str,
) -> None:
    status = "BLOCKED" if result.status == "STRUCK" and blocks(rules) else result.status
    broken = next((r for r in rules if r.severity == "critical" and r.outcome == "FAILED"), None)
    failure = result.failures[0] if result.failures else None
    numbered = version if status == "STRUCK" else None
    struck.rows[RUNS].append(
        {
            **keys,
            "version": numbered,
            "state_id": state_id,
            "status": status,
            "reason": failure.reason if failure else broken.rule_code if broken else None,
            "detail": failure.detail if failure else broken.detail if broken else None,
            "method": result.method,
            "cutoff_at": _utc(result.cutoff),
            "currency": result.currency,
            "total_assets": result.total_assets,
            "total_liabilities": result.total_liabilities,
            "net_assets": result.net_assets,
            "fair_value_level": result.fair_value_level,
            "struck_at": utc_now(),
            "run_id": run_id,
        }
    )
    names = ("rule_code", "severity", "scope", "scope_id", "outcome", "actual", "threshold", "detail")
    struck.rows[VALIDATIONS] += [
        {**keys, "rule_number": number, **{name: getattr(rule, name) for name in names}}
        for number, rule in enumerate(rules, start=1)
    ]
    if status != "STRUCK":
        return
    versioned = {**keys, "version": version}
    previous = {each.share_class_id: each.previous_nav_per_share for each in inputs.classes}
    previous.setdefault(inputs.product.product_id, inputs.product.previous_nav_per_share)
    struck.rows[STRIKES] += [
        {
            **versioned,
            **{name: getattr(nav, name) for name in _CLASS_FIELDS},
            "previous_nav": previous.get(nav.share_class_id),
        }
        for nav in result.classes
    ]
    struck.rows[COMPONENTS] += [
        {**versioned, "line": number, **_component(line)} for number, line in enumerate(result.lines, start=1)
    ]


_CLASS_FIELDS = (
    *("share_class_id", "currency", "net_assets", "net_assets_class", "shares_outstanding", "nav_per_share"),
    *("nav_per_share_unrounded", "rounding_residual", "fx_rate", "reason"),
)
_LINE_FIELDS = (
    *("line_id", "kind", "side", "share_class_id", "instrument_id", "accrual_id", "leg", "method", "quantity", "price"),
    *("price_type", "price_currency", "price_source", "accrued_amount", "currency", "amount", "base_amount", "fx_rate"),
    *("basis_amount", "rate", "year_fraction", "fair_value_level", "reason", "detail"),
)


def _component(line: NavLine) -> dict[str, Any]:
    quotes = (
        f"{q.base_currency}/{q.quote_currency} {q.source} {_utc(q.as_of):%Y-%m-%dT%H:%M:%SZ}" for q in line.fx_quotes
    )
    return {
        **{name: getattr(line, name) for name in _LINE_FIELDS},
        "price_as_of": _utc(line.price_as_of),
        "fx_as_of": _utc(line.fx_as_of),
        "fx_quotes": "; ".join(quotes) or None,
    }


def _utc(instant: Any) -> Any:
    """An instant as the warehouse keeps it, UTC without a zone; a day as its midnight."""
    if instant is None:
        return None
    if not isinstance(instant, dt.datetime):
        return dt.datetime.combine(instant, dt.time())
    return instant.astimezone(dt.UTC).replace(tzinfo=None)


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


def stated_products(warehouse: Warehouse, organization: str) -> Iterator[tuple[StatedProduct, str]]:
    """Every product that can be struck by its holdings, with the state of the feed that states it."""
    of_product = {model: _by_product(warehouse, model, organization) for model in OF_PRODUCT}
    for row in warehouse.records(
        "select p.* from intermediate.int_nav__products as p "
        "inner join intermediate.int_nav__struck_states as s using (state_id, product_id, product_type) "
        "where p.organization_id = ? and p.product_type in (select unnest(?)) order by p.product_id",
        [organization, list(BY_HOLDINGS)],
    ):
        rows = {model: by_product.get(row["product_id"], []) for model, by_product in of_product.items()}
        yield (
            StatedProduct(
                product_type=row["product_type"],
                row=row,
                classes=rows["share_classes"],
                holdings=rows["holdings"],
                accruals=rows["accruals"],
                orders=rows["capital_activity"],
                history=rows["history"],
                register=rows["transfer_agent_shares"],
            ),
            row["state_id"],
        )


def _by_product(warehouse: Warehouse, model: str, organization: str) -> Mapping[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in warehouse.records(
        f"select * from intermediate.int_nav__{model} where organization_id = ? and known_to is null "
        "order by product_id, source_row",
        [organization],
    ):
        grouped[row["product_id"]].append(row)
    return grouped


def build_nav_assets(settings: Settings) -> dg.AssetsDefinition:
    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                key=relation.split("."),
                deps=[dep.split(".") for dep in DEPS],
                group_name="calc",
                automation_condition=dg.AutomationCondition.eager(),
                owners=[settings.owner],
                kinds={"python", "duckdb"},
                description=table_descriptions()[relation],
                metadata={"dagster/column_schema": table_schema(relation), "dagster/relation_identifier": relation},
            )
            for relation in TABLES
        ],
        name=CALCULATION,
        description="NAVs of every product by its holdings, each strike a version of its own.",
    )
    def nav_strikes(context: dg.AssetExecutionContext, weir: WarehouseResource) -> Iterator[dg.MaterializeResult]:
        warehouse = weir.warehouse
        with retried_when_busy():
            runs = refresh(warehouse, code_fingerprint(), context.run.run_id)
        for relation in TABLES:
            (rows,) = warehouse.rows(f"select count(*) from {relation}")[0]
            metadata: dict[str, Any] = {"dagster/row_count": rows, "runs_now": runs}
            if relation == STRIKES:
                metadata["picture"] = dg.MetadataValue.md(nav_picture(warehouse))
            yield dg.MaterializeResult(asset_key=relation.split("."), metadata=metadata)

    return nav_strikes
