"""Reads from the warehouse every product that can be struck, with all rows that name it. Valuing does not belong here."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calculations.nav.methods import METHODS
from calculations.nav.stated import StatedProduct
from orchestration.warehouse import Warehouse

PRODUCT_TYPES = tuple(METHODS)
OF_PRODUCT = (
    *("share_classes", "holdings", "accruals", "capital_activity", "history", "transfer_agent_shares"),
    *("valuations", "schedules", "pools", "reserves", "token_supply", "production"),
)
OF_ORGANIZATION = ("assumptions", "corporate_actions")
ROWS_AT_ONCE = 100_000  # of lists of positions, the largest sheet: a kilobyte each

Row = Mapping[str, Any]


def stated_products(warehouse: Warehouse, organization: str) -> Iterator[tuple[StatedProduct, str]]:
    """Every product that can be struck, with the state of the feed that states it.

    Rows are read for a few products at a time, so that memory does not grow with their number.
    """
    assumptions, actions = (_of_organization(warehouse, model, organization) for model in OF_ORGANIZATION)
    terms = _terms(warehouse, organization)
    for products in _few_at_once(warehouse, organization):
        product_ids = [row["product_id"] for row in products]
        of_product = {model: _by_product(warehouse, model, organization, product_ids) for model in OF_PRODUCT}
        for row in products:
            rows = {model: by_product.get(row["product_id"], []) for model, by_product in of_product.items()}
            yield (
                StatedProduct(
                    product_type=row["product_type"],
                    row={**row, **terms.get((row["table_name"], row["load_id"], row["source_row"]), {})},
                    classes=rows["share_classes"],
                    holdings=rows["holdings"],
                    accruals=rows["accruals"],
                    orders=rows["capital_activity"],
                    history=rows["history"],
                    register=rows["transfer_agent_shares"],
                    assumptions=assumptions,
                    valuations=rows["valuations"],
                    schedules=rows["schedules"],
                    pools=rows["pools"],
                    reserves=rows["reserves"],
                    token_supply=rows["token_supply"],
                    production=rows["production"],
                    actions=actions,
                ),
                row["state_id"],
            )


def _few_at_once(warehouse: Warehouse, organization: str) -> Iterator[list[Row]]:
    """The products in the order of their ids, as many together as have no more than ROWS_AT_ONCE positions listed."""
    listed = dict(
        warehouse.rows(
            "select product_id, count(*) from intermediate.int_nav__holdings "
            "where organization_id = ? and known_to is null group by all",
            [organization],
        )
    )
    few: list[Row] = []
    count = 0
    for row in warehouse.records(
        "select p.* from intermediate.int_nav__products as p "
        "inner join intermediate.int_nav__struck_states as s using (state_id, product_id, product_type) "
        "where p.organization_id = ? order by p.product_id",
        [organization],
    ):
        count += listed.get(row["product_id"], 0)
        if few and count > ROWS_AT_ONCE:
            yield few
            few, count = [], listed.get(row["product_id"], 0)
        few.append(row)
    if few:
        yield few


def _by_product(
    warehouse: Warehouse, model: str, organization: str, product_ids: Sequence[str]
) -> Mapping[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in warehouse.records(
        f"select * from intermediate.int_nav__{model} where organization_id = ? and known_to is null "
        "and product_id in (select unnest(?)) order by product_id, source_row",
        [organization, product_ids],
    ):
        grouped[row["product_id"]].append(row)
    return grouped


def _of_organization(warehouse: Warehouse, model: str, organization: str) -> list[Row]:
    return list(
        warehouse.records(
            f"select * from intermediate.int_nav__{model} where organization_id = ? and known_to is null order by source_row",
            [organization],
        )
    )


def _terms(warehouse: Warehouse, organization: str) -> Mapping[tuple[str, str, int], Row]:
    """What the sheet of its own type states of a product, by raw table, load and row."""
    found: dict[tuple[str, str, int], Row] = {}
    for product_type in PRODUCT_TYPES:
        table = f"nav_{product_type}_products"
        for row in warehouse.records(
            f"select * from staging.stg_nav__{product_type}_products where organization_id = ?", [organization]
        ):
            found[table, row["load_id"], row["source_row"]] = row
    return found
