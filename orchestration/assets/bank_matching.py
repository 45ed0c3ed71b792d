"""Entries of bank accounts beside payments and notices of the funds, on what is known of both. The rules are in calculations."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from calculations.funds.matching.bank import match
from calculations.funds.matching.payers import KnownInvestor, Payer, find_payers
from calculations.funds.matching.records import Entry, Match, Notice, Payment, Target, TargetType
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

TABLE = "calc.bank_matches"
# Ages are told by the mart on the day of the run: what is matched does not depend on it.
NO_DAY = dt.date(2000, 1, 1)

Row = Mapping[str, Any]
Concerned = tuple[str | None, str | None]  # fund and investor of a target

ENTRIES = """
    select a.bank_account_key, e.entry_id, e.value_date, e.amount, e.currency, e.bank_reference, e.reference,
        coalesce(e.is_reversal, false) as is_reversal, e.counterparty, e.counterparty_account
    from intermediate.int_bank__entries as e
    inner join intermediate.int_bank__accounts as a using (organization_id, account_id)
    where e.organization_id = ? and e.entry_status = 'BOOKED'
    order by 1, 2
"""
NOTICES = """
    select n.notice_id, 'CAPITAL_CALL_NOTICE' as type, m.investor_id, n.call_amount as amount,
        coalesce(c.currency, f.base_currency) as currency, coalesce(n.due_date, c.due_date) as date, f.fund_id,
        n.notice_status in ('PENDING', 'PARTIALLY_PAID', 'OVERDUE', 'DEFAULTED') and c.call_status in ('ISSUED', 'SETTLED')
            and n.reverses_notice_id is null and c.reverses_call_id is null as is_open
    from intermediate.int_fund__capital_call_notices as n
    inner join intermediate.int_fund__capital_calls as c using (state_id, call_id)
    inner join intermediate.int_fund__commitments as m using (state_id, commitment_id)
    inner join intermediate.int_fund__funds as f on c.state_id = f.state_id and c.fund_id = f.fund_id
    where n.organization_id = $1 and n.known_to is null
    union all
    select n.notice_id, 'DISTRIBUTION_NOTICE', m.investor_id, n.net_distribution,
        coalesce(d.currency, f.base_currency), coalesce(n.payment_date, d.distribution_date), f.fund_id,
        n.notice_status = 'PENDING' and d.distribution_status <> 'CANCELLED' and d.reverses_distribution_id is null
            and not coalesce(d.is_in_kind, false)
    from intermediate.int_fund__distribution_notices as n
    inner join intermediate.int_fund__distributions as d using (state_id, distribution_id)
    inner join intermediate.int_fund__commitments as m using (state_id, commitment_id)
    inner join intermediate.int_fund__funds as f on d.state_id = f.state_id and d.fund_id = f.fund_id
    where n.organization_id = $1 and n.known_to is null
"""
# A bank reports some weeks of years of payments: only those that an entry can be, and those that settle an open notice.
PAYMENTS = f"""
    with notices as ({NOTICES}),
    entries as (
        select bank_reference, value_date from intermediate.int_bank__entries
        where organization_id = $1 and entry_status = 'BOOKED'
    ),
    reported as (select min(value_date) as first_day, max(value_date) as last_day from entries)
    select p.payment_id, p.direction, p.amount, p.currency, p.value_date, p.status, p.method,
        coalesce(n.investor_id, i.investor_id) as investor_id, coalesce(p.notice_id, p.distribution_notice_id) as notice_id,
        p.bank_reference, p.reverses_payment_id, coalesce(n.fund_id, i.fund_id, a.fund_id) as fund_id
    from intermediate.int_fund__payments as p
    cross join reported as r
    left join notices as n on p.notice_id = n.notice_id and n.type = 'CAPITAL_CALL_NOTICE'
    left join notices as i on p.distribution_notice_id = i.notice_id and i.type = 'DISTRIBUTION_NOTICE'
    left join intermediate.int_fund__allocation_calls as c
        on p.state_id = c.state_id and p.allocation_call_id = c.allocation_call_id
    left join intermediate.int_fund__allocations as a on c.state_id = a.state_id and c.allocation_id = a.allocation_id
    where p.organization_id = $1 and p.known_to is null and (
        p.bank_reference in (select bank_reference from entries)
        or p.value_date between r.first_day - interval 5 day and r.last_day + interval 5 day
        or coalesce(n.is_open, i.is_open, false)
    )
    qualify row_number() over (partition by p.payment_id order by p.state_id) = 1
    order by 1
"""
INVESTORS = """
    select i.investor_id, any_value(i.investor_name) as name,
        list(coalesce(b.iban, b.account_number)) filter (where coalesce(b.iban, b.account_number) is not null) as accounts
    from intermediate.int_fund__investors as i
    left join intermediate.int_fund__investor_banking as b using (state_id, investor_id)
    where i.organization_id = ? and i.known_to is null
    group by i.investor_id
    order by 1
"""


def match_banks(warehouse: Warehouse, matching_ids: Sequence[str]) -> Records:
    """Rows of calc.bank_matches for every organisation of `matching_ids`."""
    states = warehouse.records(
        "select * from intermediate.int_bank__matched_states where matching_id in (select unnest(?))",
        [list(matching_ids)],
    )
    return {TABLE: [row for state in states for row in _rows(warehouse, state)]}


def _rows(warehouse: Warehouse, state: Row) -> Iterator[dict[str, Any]]:
    organization = [state["organization_id"]]
    stated = warehouse.records(ENTRIES, organization)
    investors = [
        KnownInvestor(row["investor_id"], row["name"], tuple(row["accounts"] or ()))
        for row in warehouse.records(INVESTORS, organization)
    ]
    payers = find_payers([Payer(row["counterparty"], row["counterparty_account"]) for row in stated], investors)
    entries = [_entry(row, payer) for row, payer in zip(stated, payers, strict=True)]
    paid, notices = warehouse.records(PAYMENTS, organization), warehouse.records(NOTICES, organization)
    concerned: dict[Target, Concerned] = {
        **{_payment(row).target: (row["fund_id"], row["investor_id"]) for row in paid},
        **{_notice(row).target: (row["fund_id"], row["investor_id"]) for row in notices},
    }
    matches = match(
        entries, [_payment(row) for row in paid], [_notice(row) for row in notices if row["is_open"]], NO_DAY
    )
    payer_of = {entry.key: entry.investor_id for entry in entries}
    yield from _numbered(matches, state, concerned, payer_of)


def _entry(row: Row, payer: str | None) -> Entry:
    # The key of the account, not its number: targets and candidates name accounts, and numbers stay inside.
    return Entry(
        row["bank_account_key"],
        row["entry_id"],
        row["value_date"],
        row["amount"],
        row["currency"],
        row["bank_reference"],
        row["reference"],
        payer,
        row["is_reversal"],
    )


def _payment(row: Row) -> Payment:
    return Payment(**{name: value for name, value in row.items() if name != "fund_id"})


def _notice(row: Row) -> Notice:
    return Notice(
        row["notice_id"], TargetType(row["type"]), row["investor_id"], row["amount"], row["currency"], row["date"]
    )


def _numbered(
    matches: Iterable[Match],
    state: Row,
    concerned: Mapping[Target, Concerned],
    payer_of: Mapping[tuple[str, str], str | None],
) -> Iterator[dict[str, Any]]:
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for found in matches:
        key = found.account_id, found.entry_id
        seen[key] += 1
        fund_id, investor_id = concerned.get(found.target, (None, None)) if found.target else (None, None)
        yield {
            "matching_id": state["matching_id"],
            "organization_id": state["organization_id"],
            "bank_account_key": found.account_id,
            "entry_id": found.entry_id,
            "match_number": seen[key],
            "status": str(found.status),
            "rule": str(found.rule),
            "target_type": str(found.target.type) if found.target else None,
            "target_id": found.target.id if found.target else None,
            "fund_id": fund_id,
            "investor_id": investor_id or payer_of[key],
            "matched_amount": found.matched_amount,
            "difference": found.difference,
            "candidates": ", ".join(f"{target.type}:{target.id}" for target in found.candidates) or None,
            "candidate_count": len(found.candidates),
            "known_at": state["known_at"],
        }


BANK_MATCHING = Calculation(
    name="bank_matching",
    description="Entries of bank accounts with the payments and notices that they are, and why not where they are not.",
    tables=(TABLE,),
    key="matching_id",
    inputs="select matching_id from intermediate.int_bank__matched_states",
    deps=(
        "intermediate.int_bank__matched_states",
        "intermediate.int_bank__accounts",
        "intermediate.int_bank__entries",
        "intermediate.int_fund__funds",
        "intermediate.int_fund__investors",
        "intermediate.int_fund__investor_banking",
        "intermediate.int_fund__commitments",
        "intermediate.int_fund__capital_calls",
        "intermediate.int_fund__capital_call_notices",
        "intermediate.int_fund__distributions",
        "intermediate.int_fund__distribution_notices",
        "intermediate.int_fund__payments",
        "intermediate.int_fund__allocations",
        "intermediate.int_fund__allocation_calls",
    ),
    compute=match_banks,
)
