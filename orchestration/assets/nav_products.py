"""Reads from the warehouse every product that can be struck, with all rows that name it. Valuing does not belong here."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
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

Row = Mapping[str, Any]


def stated_products(warehouse: Warehouse, organization: str) -> Iterator[tuple[StatedProduct, str]]:
    """Every product that can be struck, with the state of the feed that states it."""
    of_product = {model: _by_product(warehouse, model, organization) for model in OF_PRODUCT}
    assumptions, actions = (_of_organization(warehouse, model, organization) for model in OF_ORGANIZATION)
    terms = _terms(warehouse, organization)
    for row in warehouse.records(
        "select p.* from intermediate.int_nav__products as p "
        "inner join intermediate.int_nav__struck_states as s using (state_id, product_id, product_type) "
        "where p.organization_id = ? order by p.product_id",
        [organization],
    ):
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


def _by_product(warehouse: Warehouse, model: str, organization: str) -> Mapping[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in warehouse.records(
        f"select * from intermediate.int_nav__{model} where organization_id = ? and known_to is null "
        "order by product_id, source_row",
        [organization],
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
