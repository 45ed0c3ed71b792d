"""Reads from the warehouse what a strike is judged on beside its own inputs: others' records, index levels, NAVs before.

Judging is in calculations; the inputs of strikes are read in assets.
"""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any

from calculations.nav.market import Market, valuation_point
from calculations.nav.methods.evidence import Evidence
from calculations.nav.money_market import regulation
from calculations.nav.money_market.judged import JudgedFund
from calculations.nav.published_navs import PublishedNav
from calculations.nav.rates import exchange_rate, in_force
from calculations.nav.results import Strike
from calculations.nav.stated import StatedProduct
from calculations.nav.validation import Case, Opening, PreviousNav, PriceHistory, Published
from calculations.nav.validation.case import Finding
from calculations.nav.validation.money_market import findings
from orchestration.assets.nav_market import SHARED
from orchestration.assets.nav_rows import STRIKES
from orchestration.nav_published import published_navs
from orchestration.warehouse import Warehouse

CUSTODIAN_POSITIONS, CUSTODIAN_CASH, INDEX_LEVELS = MODELS = (
    "intermediate.int_nav__custodian_positions",
    "intermediate.int_nav__custodian_cash",
    "intermediate.int_market__index_levels",
)

Row = Mapping[str, Any]


class ByDay:
    """Rows of a record that is complete as of its day, by day."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[dt.date, list[Row]] = defaultdict(list)
        for row in rows:
            self._rows[row["as_of_date"]].append(row)
        self._days = sorted(self._rows)

    def last(self, day: dt.date) -> Sequence[Row]:
        """The rows of the last day up to `day`."""
        at = bisect_right(self._days, day)
        return self._rows[self._days[at - 1]] if at else ()


class StrikeEvidence:
    """The evidence beside the strikes of one organisation, read once. `known_at` is when the newest input became known."""

    def __init__(self, warehouse: Warehouse, organization: str, market: Market, known_at: dt.datetime) -> None:
        self._warehouse = warehouse
        self._organization = organization
        self._market = market
        self._known_at = known_at.replace(tzinfo=dt.UTC)
        self._prices = PriceHistory(market.prices)
        self._positions = self._records(CUSTODIAN_POSITIONS)
        self._cash = self._records(CUSTODIAN_CASH)
        self._rates_before: dict[tuple[dt.datetime, str, str], Decimal | None] = {}
        self._product: StatedProduct | None = None
        self._fund: JudgedFund | None = None

    def _records(self, model: str) -> Mapping[str, ByDay]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._warehouse.records(
            f"select * from {model} where organization_id = ? and known_to is null order by source_row",
            [self._organization],
        ):
            found[row["product_id"]].append(row)
        return {product: ByDay(rows) for product, rows in found.items()}

    @cached_property
    def _levels(self) -> Mapping[str, Mapping[dt.date, Decimal]]:
        """Levels of each index by day; a total return index before a price index, one's own before a shared one."""
        found: dict[str, dict[dt.date, Decimal]] = defaultdict(dict)
        for index, day, level in self._warehouse.rows(
            f"select index_id, level_date, level from {INDEX_LEVELS} where organization_id in (?, ?) "
            "qualify row_number() over (partition by index_id, level_date "
            "order by return_type = 'TOTAL' desc, organization_id = ? desc, source) = 1",
            [self._organization, SHARED, self._organization],
        ):
            found[index][day] = level
        return found

    @cached_property
    def _published_here(self) -> Mapping[tuple[str, str], Sequence[PublishedNav]]:
        """Strikes that were approved and published, by organisation and product."""
        with self._warehouse.connect() as connection:
            return published_navs(connection, self._organization)

    @cached_property
    def _struck(self) -> Mapping[tuple[str, str], list[tuple[dt.date, Decimal | None]]]:
        """NAVs per share that were struck before this run, by product and class, days rising."""
        found: dict[tuple[str, str], list[tuple[dt.date, Decimal | None]]] = defaultdict(list)
        for product, class_id, day, nav in self._warehouse.rows(
            f"select product_id, share_class_id, valuation_date, arg_max(nav_per_share, version) from {STRIKES} "
            "where organization_id = ? group by all order by valuation_date",
            [self._organization],
        ):
            found[product, class_id].append((day, nav))
        return found

    def case(self, evidence: Evidence, strike: Strike, before: Strike | None) -> Case:
        """All that is known of a strike; `before` is the last one that stood before it in the same run, if any."""
        stated, inputs, day = evidence.stated, evidence.inputs, evidence.day
        if stated is not self._product:
            self._of_product(stated)
        held = stated.held_on(day)
        class_ids = [nav.share_class_id for nav in strike.classes]
        positions, cash = (records.get(evidence.product_id) for records in (self._positions, self._cash))
        listed_on = held[0]["as_of_date"] if held else day
        has_benchmark = stated.row.get("benchmark_index_id") is not None
        orders = [*self._orders, *self._dealt.get(day, ())]
        return Case(
            strike=strike,
            product=inputs.product,
            point=inputs.point,
            policy=self._market.policy,
            rates=inputs.rates,
            classes=inputs.classes,
            organization_id=self._organization,
            instruments=self._market.instruments,
            terms=stated.row,
            terms_as_of=max(stated.lists, default=None),
            held=held,
            held_when_ex=stated.held_when_ex,
            accruals=inputs.accruals,
            actions=self._actions,
            prices=self._prices,
            rate_history=self._market.rates,
            previous=self._previous(stated, strike, before, class_ids),
            previous_amounts=_amounts(before),
            openings=self._openings(stated, strike, day),
            orders=orders,
            registers=None if self._registers is None else [r for each in self._registers for r in each.last(day)],
            token_supply=stated.token_supply,
            custodian_positions=None if positions is None else positions.last(listed_on),
            custodian_cash=None if cash is None else cash.last(listed_on),
            valuations=stated.valuations,
            # both are large, and only asked for by a product with a benchmark
            levels=self._levels if has_benchmark else {},
            assumptions=evidence.assumptions if has_benchmark else None,
            money_market=self._money_market(evidence),
            published=self._published.get(day, {}),
            organizations={
                "product": {stated.row["organization_id"]},
                "holdings": {row["organization_id"] for row in held},
                "capital_activity": {row["organization_id"] for row in orders},
            },
            known_at=self._known_at,
            unkept=self._unkept,
        )

    def _of_product(self, stated: StatedProduct) -> None:
        """What is the same on all days of a product."""
        self._product = stated
        product_id = stated.row["product_id"]
        # an order that was priced in time matters on its own day only
        waiting = [row["status"] == "ORDERED" or row["rate_per_share"] is not None for row in stated.orders]
        self._orders = [row for row, waits in zip(stated.orders, waiting, strict=True) if waits]
        self._dealt: dict[dt.date, list[Row]] = defaultdict(list)
        for row, waits in zip(stated.orders, waiting, strict=True):
            if not waits:
                self._dealt[row["nav_date"] or row["trade_date"]].append(row)
        self._actions: dict[str, list[Row]] = defaultdict(list)
        for action in stated.actions:
            if action["instrument_id"] in stated.instruments or action["instrument_id"] == stated.row["instrument_id"]:
                self._actions[action["instrument_id"]].append(action)
        regime = stated.row.get("mmf_regime")
        self._unkept = {} if regime else {"money_market": "the fund is under no regulation of money market funds"}
        # of a type that its regulation does not know nothing can be tested, which fails
        is_judged = regime is not None and stated.row["mmf_type"] in regulation(regime).fund_types
        self._fund = JudgedFund(stated, self._market) if is_judged else None
        if product_id not in self._positions:
            self._unkept["custodian_positions"] = "no custodian reports positions of the product"
        if product_id not in self._cash:
            self._unkept["custodian_cash"] = "no custodian reports cash of the product"
        registers: dict[str, list[Row]] = defaultdict(list)
        for row in stated.register:
            registers[row["share_class_id"]].append(row)
        # tokens on chain may be the only register there is
        is_kept = bool(registers) or any(row["register_supply"] is not None for row in stated.token_supply)
        self._registers = [ByDay(rows) for rows in registers.values()] if is_kept else None
        if not is_kept:
            self._unkept["registers"] = "no register of shares is kept"
        self._published = _published(stated, self._published_here.get((self._organization, product_id), ()))

    def _money_market(self, evidence: Evidence) -> Sequence[Finding] | None:
        """The verdicts of the fund's regulation; None for a product that is under none."""
        return None if self._fund is None else findings(self._fund.on(evidence.day, evidence.inputs))

    def _previous(
        self, stated: StatedProduct, strike: Strike, before: Strike | None, class_ids: Sequence[str]
    ) -> dict[str, PreviousNav]:
        """The last NAV before of each class: the stated one, or a later one of Weir's own."""
        day, found = strike.valuation_date, {}
        for class_id in class_ids:
            row = stated.stated_before(class_id, day)
            known = [] if row is None else [PreviousNav(row["valuation_date"], row["nav_per_share"], row["source"])]
            struck = reversed(self._struck.get((strike.product_id, class_id), []))
            known += [PreviousNav(*each, "WEIR") for each in islice((each for each in struck if each[0] < day), 1)]
            if before is not None:
                known += [
                    PreviousNav(before.valuation_date, nav.nav_per_share, "WEIR")
                    for nav in before.classes
                    if nav.share_class_id == class_id
                ]
            known = [each for each in known if each.nav_per_share is not None]
            if known:
                # of one day, the stated one: it is what was published
                found[class_id] = max(known, key=lambda each: (each.date, each.source != "WEIR"))
        return found

    def _openings(self, stated: StatedProduct, strike: Strike, day: dt.date) -> dict[str, Opening]:
        """When each class was last stated, and its exchange rate then."""
        if len(strike.classes) < 2:
            return {}
        found = {}
        for nav in strike.classes:
            row = stated.stated_before(nav.share_class_id, day)
            if row is None:
                continue
            last, is_own = row["valuation_date"], nav.currency == strike.currency
            rate = Decimal(1) if is_own else self._rate_on(stated.row, last, strike.currency, nav.currency)
            if rate is not None:
                found[nav.share_class_id] = Opening(last, rate)
        return found

    def _rate_on(self, product: Row, day: dt.date, held: str, wanted: str) -> Decimal | None:
        point = valuation_point(product, day, self._market)
        key = (point.cutoff, held, wanted)
        if key not in self._rates_before:
            quotes = in_force(self._market.rates_at(point), point, self._market.policy)
            self._rates_before[key] = exchange_rate(held, wanted, quotes, point, self._market.policy).rate
        return self._rates_before[key]


def _published(stated: StatedProduct, here: Sequence[PublishedNav]) -> Mapping[dt.date, Mapping[str, Published]]:
    """The last published version of each day and class: Weir's own where it published the day, else the stated one."""
    error_classes = {row["share_class_id"]: row["error_class"] for row in stated.classes}
    found: dict[dt.date, dict[str, Published]] = defaultdict(dict)
    for row in sorted(stated.history, key=lambda each: each["version"]):
        if row["status"] == "PUBLISHED" and row["nav_per_share"] is not None:
            class_id = row["share_class_id"]
            published = Published(row["nav_per_share"], int(row["version"]), error_classes.get(class_id))
            found[row["valuation_date"]][class_id] = published
    for nav in here:
        if not nav.is_replaced:
            class_id, version = nav.share_class_id, nav.published
            published = Published(version.nav_per_share, version.version, error_classes.get(class_id), nav.publisher)
            found[version.valuation_date][class_id] = published
    return found


def _amounts(before: Strike | None) -> dict[str, Decimal]:
    """Base amounts of the accruals of a strike by line."""
    lines = () if before is None else before.lines
    return {line.line_id: line.base_amount for line in lines if line.accrual_id is not None and line.base_amount}
