"""What investor portals export beside the fund workbooks: who is who, and subscriptions beside commitments. The rules are in
calculations.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calculations.funds.matching.identity import Conflict, Investor, PortalInvestor, PortalKey, identify
from calculations.funds.matching.names import normal_code
from calculations.funds.matching.subscriptions import (
    Commitment,
    Compared,
    Difference,
    PortalFund,
    Subscription,
    compare_subscriptions,
)
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

INVESTORS, CONFLICTS, SUBSCRIPTIONS = "calc.portal_investors", "calc.investor_conflicts", "calc.portal_subscriptions"

Row = Mapping[str, Any]

COMMITMENTS = """
    select m.commitment_id, m.fund_id, m.investor_id, m.commitment_amount as amount,
        coalesce(m.currency, f.base_currency) as currency, m.commitment_date as date, m.status
    from intermediate.int_fund__commitments as m
    inner join intermediate.int_fund__funds as f using (state_id, fund_id)
    where m.organization_id = ? and m.known_to is null
    order by 1
"""
OURS = """
    select investor_id, any_value(investor_name) as name, any_value(tax_id) as tax_id,
        any_value(jurisdiction) as jurisdiction
    from intermediate.int_fund__investors where organization_id = ? and known_to is null
    group by investor_id order by 1
"""


def compare_portals(warehouse: Warehouse, comparison_ids: Sequence[str]) -> Records:
    """Rows of the tables for every organisation of `comparison_ids`."""
    states = warehouse.records(
        "select * from intermediate.int_portal__compared_states where comparison_id in (select unnest(?))",
        [list(comparison_ids)],
    )
    found: dict[str, list[dict[str, Any]]] = {INVESTORS: [], CONFLICTS: [], SUBSCRIPTIONS: []}
    for state in states:
        keys = {name: state[name] for name in ("comparison_id", "organization_id", "known_at")}
        organization = [state["organization_id"]]
        exported = warehouse.records(
            "select * from intermediate.int_portal__investors where organization_id = ? order by all", organization
        )
        portal = [_portal_investor(row) for row in exported]
        ours = [Investor(**row) for row in warehouse.records(OURS, organization)]
        identities = identify(portal, ours)
        found[INVESTORS] += [
            {
                **keys,
                "portal": one.key.portal,
                "portal_investor_id": one.key.portal_investor_id,
                "investor_id": one.investor_id,
                "basis": str(one.basis),
            }
            for one in identities.found
        ]
        found[CONFLICTS] += [keys | row for row in _conflict_rows(identities.conflicts)]
        names = {(row["portal"], row["portal_fund_id"]): row["portal_fund_name"] for row in exported}
        stated = warehouse.records(
            "select * from intermediate.int_portal__subscriptions where organization_id = ? order by all", organization
        )
        funds = warehouse.rows(
            "select fund_id, any_value(fund_name) from intermediate.int_fund__funds "
            "where organization_id = ? and known_to is null group by 1",
            organization,
        )
        compared, differences = compare_subscriptions(
            [_subscription(row, names) for row in stated],
            {one.key: one.investor_id for one in identities.found if one.investor_id is not None},
            [Commitment(**row) for row in warehouse.records(COMMITMENTS, organization)],
            dict(funds),
        )
        found[SUBSCRIPTIONS] += [keys | row for row in _subscription_rows(compared, differences)]
    return found


def _portal_investor(row: Row) -> PortalInvestor:
    key = PortalKey(row["portal"], row["portal_investor_id"])
    return PortalInvestor(key, row["investor_name"], row["tax_id"], row["jurisdiction"])


def _subscription(row: Row, fund_names: Mapping[tuple[str, str], str | None]) -> Subscription:
    return Subscription(
        investor=PortalKey(row["portal"], row["portal_investor_id"]),
        fund=PortalFund(row["portal_fund_id"], fund_names.get((row["portal"], row["portal_fund_id"]))),
        subscription_id=row["subscription_id"],
        amount=row["commitment_amount"],
        currency=row["currency"],
        date=row["subscription_date"],
        status=row["status"],
    )


def _conflict_rows(conflicts: Sequence[Conflict]) -> Iterator[dict[str, Any]]:
    """Tax numbers stay inside: whether they agree is what a person needs to know of them."""
    numbers: dict[PortalKey, int] = defaultdict(int)
    for conflict in conflicts:
        theirs, ours = (normal_code(party.tax_id or "") for party in (conflict.portal, conflict.investor))
        numbers[conflict.portal.key] += 1
        yield {
            "portal": conflict.portal.key.portal,
            "portal_investor_id": conflict.portal.key.portal_investor_id,
            "conflict_number": numbers[conflict.portal.key],
            "portal_investor_name": conflict.portal.name,
            "portal_jurisdiction": conflict.portal.jurisdiction,
            "investor_id": conflict.investor.investor_id,
            "investor_name": conflict.investor.name,
            "jurisdiction": conflict.investor.jurisdiction,
            "is_tax_id_equal": theirs == ours if theirs and ours else None,
            "rule": str(conflict.rule),
            "resolution": conflict.resolution,
        }


def _subscription_rows(compared: Sequence[Compared], differences: Sequence[Difference]) -> Iterator[dict[str, Any]]:
    of_subscription: dict[Subscription, list[Difference]] = defaultdict(list)
    for difference in differences:
        of_subscription[difference.subscription].append(difference)
    for one in compared:
        stated = one.subscription
        row = {
            "portal": stated.investor.portal,
            "portal_fund_id": stated.fund.portal_fund_id,
            "portal_investor_id": stated.investor.portal_investor_id,
            "subscription_id": stated.subscription_id,
            "subscription_date": stated.date,
            "amount": stated.amount,
            "currency": stated.currency,
            "status": stated.status,
            "outcome": str(one.outcome),
            "fund_id": one.fund_id,
            "investor_id": one.investor_id,
            "commitment_id": one.commitment_id,
        }
        apart = of_subscription[stated]
        for number, difference in enumerate(apart, 1):
            yield row | {
                "difference_number": number,
                "field": difference.field,
                "portal_value": difference.portal_value,
                "workbook_value": difference.workbook_value,
                "decided_by": difference.decided_by,
            }
        if not apart:
            nothing = dict.fromkeys(("field", "portal_value", "workbook_value", "decided_by"))
            yield row | {"difference_number": 0} | nothing


PORTAL_COMPARISON = Calculation(
    name="portal_comparison",
    description="Investors of portals as ours, and their subscriptions beside the commitments of the fund workbook.",
    tables=(INVESTORS, CONFLICTS, SUBSCRIPTIONS),
    key="comparison_id",
    inputs="select comparison_id from intermediate.int_portal__compared_states",
    deps=(
        "intermediate.int_portal__compared_states",
        "intermediate.int_portal__investors",
        "intermediate.int_portal__subscriptions",
        "intermediate.int_fund__funds",
        "intermediate.int_fund__investors",
        "intermediate.int_fund__commitments",
    ),
    compute=compare_portals,
)
