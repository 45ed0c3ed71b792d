"""Ledgers of funds in the accounts of the chart, month by month, and their tie to what partners are told. The rules are in calculations."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from calculations.ledger.mapped import LedgerBalance, MappedBalance, MappingFinding, map_balances
from calculations.ledger.mappings import AccountMapping, ChartAccount, read_mapping
from calculations.ledger.roll_forward import Tie, roll_forward, tie
from calculations.money import minor_unit
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

BALANCES, FINDINGS, TIES = "calc.gl_mapped_balances", "calc.gl_mapping_findings", "calc.gl_nav_ties"
NO_MAPPINGS, BAD_MAPPING = "NO_MAPPINGS", "BAD_MAPPING"
NOTHING_STATED = "no capital account states the figure"
NO_VALUATIONS = "no investment of the fund has a fair value and a remaining cost in its currency"
UNREALISED = "unrealized_gain"
STATED = (
    *("beginning_nav", "contributions", "distributions", "management_fee", "expenses", "income", "realized_gain"),
    *("unrealized_gain", "accrued_carry", "nav"),
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Month:
    """The ledger's accounts over one month."""

    start: dt.date
    end: dt.date
    balances: tuple[LedgerBalance, ...]


@dataclass(frozen=True)
class MappedMonth:
    month: Month
    balances: tuple[MappedBalance, ...]


def map_ledgers(warehouse: Warehouse, ledger_ids: Sequence[str]) -> Records:
    """Rows of the tables for every ledger of `ledger_ids`."""
    ledgers = warehouse.records(
        "select l.*, c.minor_units from intermediate.int_gl__ledgers as l "
        "inner join seeds.currencies as c on l.base_currency = c.currency_code where ledger_id in (select unnest(?))",
        [list(ledger_ids)],
    )
    found: dict[str, list[dict[str, Any]]] = {BALANCES: [], FINDINGS: [], TIES: []}
    for ledger in ledgers:
        chart = _chart(warehouse, ledger)
        mappings, findings = _mappings(warehouse, ledger)
        unit = minor_unit(ledger["minor_units"])
        mapped: list[MappedMonth] = []
        for month in _months(warehouse, ledger):
            result = map_balances(month.balances, mappings, chart, month.end, unit)
            reasons = [*findings, *result.findings]
            if reasons:
                found[FINDINGS] += _finding_rows(ledger, month, reasons)
                continue
            mapped.append(MappedMonth(month, result.balances))
            found[BALANCES] += _balance_rows(ledger, month, result.balances, chart)
        found[TIES] += _tie_rows(warehouse, ledger, mapped, chart)
    return found


def _chart(warehouse: Warehouse, ledger: Row) -> list[ChartAccount]:
    """The house's accounts and those of the fund alone."""
    rows = warehouse.records(
        "select account_code, account_type, allows_posting, is_active, nav_line "
        "from intermediate.int_fund__chart_of_accounts "
        "where organization_id = ? and (fund_id is null or fund_id = ?) order by account_code",
        [ledger["organization_id"], ledger["fund_id"]],
    )
    return [ChartAccount(**row) for row in rows]


def _mappings(warehouse: Warehouse, ledger: Row) -> tuple[list[AccountMapping], list[MappingFinding]]:
    rows = warehouse.records(
        "select * from intermediate.int_fund__gl_account_mappings "
        "where state_id = ? and fund_id = ? and gl_system = ? order by mapping_id",
        [ledger["state_id"], ledger["fund_id"], ledger["gl_system"]],
    )
    if not rows:
        message = f"fund {ledger['fund_id']}: expected account mappings for {ledger['gl_system']}, found none"
        return [], [MappingFinding(NO_MAPPINGS, ledger["fund_id"], message)]
    mappings, findings = [], []
    for row in rows:
        selector = row["gl_account_selector"]
        try:
            mappings.append(read_mapping({**row, "gl_account_selector": json.loads(selector) if selector else None}))
        except ValueError as error:
            findings.append(MappingFinding(BAD_MAPPING, row["mapping_id"], str(error)))
    return mappings, findings


def _months(warehouse: Warehouse, ledger: Row) -> Iterator[Month]:
    """Every month from the first to the last that a report of the ledger covers; an account that did not move stands still."""
    rows = warehouse.records(
        "select account_code, period_start, period_end, opening_balance, closing_balance "
        "from intermediate.int_gl__trial_balance where organization_id = ? and gl_system = ? and entity = ? "
        "order by period_start, account_code",
        [ledger["organization_id"], ledger["gl_system"], ledger["entity"]],
    )
    standing: dict[str, Decimal] = {}
    for row in reversed(rows):
        standing[row["account_code"]] = row["opening_balance"] or Decimal(0)
    by_month = {start: list(moved) for start, moved in groupby(rows, lambda row: row["period_start"])}
    if not by_month:
        return
    start, last = min(by_month), max(by_month)
    while start <= last:
        following = (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        opening = dict(standing)
        for row in by_month.get(start, ()):
            standing[row["account_code"]] += row["closing_balance"] - row["opening_balance"]
        yield Month(
            start,
            following - dt.timedelta(days=1),
            tuple(LedgerBalance(code, opening[code], standing[code]) for code in sorted(standing)),
        )
        start = following


def _keys(ledger: Row) -> dict[str, Any]:
    return {
        name: ledger[name] for name in ("ledger_id", "organization_id", "gl_system", "entity", "fund_id", "known_at")
    }


def _balance_rows(
    ledger: Row, month: Month, balances: Iterable[MappedBalance], chart: Iterable[ChartAccount]
) -> Iterator[dict[str, Any]]:
    accounts = {account.account_code: account for account in chart}
    for balance in balances:
        account = accounts[balance.account_code]
        yield {
            **_keys(ledger),
            "period_start": month.start,
            "period_end": month.end,
            "account_code": balance.account_code,
            "account_type": account.account_type,
            "nav_line": account.nav_line,
            "currency": ledger["base_currency"],
            "opening_balance": balance.opening,
            "closing_balance": balance.closing,
            "movement": balance.movement,
            "mapping_ids": ",".join(balance.mapping_ids),
            "source_accounts": ",".join(balance.source_accounts) or None,
        }


def _finding_rows(ledger: Row, month: Month, findings: Sequence[MappingFinding]) -> Iterator[dict[str, Any]]:
    for number, finding in enumerate(findings, 1):
        yield {
            **_keys(ledger),
            "period_end": month.end,
            "finding_number": number,
            "rule_code": finding.code,
            "subject": finding.subject,
            "message": finding.message,
            "amount": finding.amount,
        }


def _tie_rows(
    warehouse: Warehouse, ledger: Row, months: Sequence[MappedMonth], chart: Sequence[ChartAccount]
) -> Iterator[dict[str, Any]]:
    """The ties of every period that is mapped whole."""
    accounts = _capital_accounts(warehouse, ledger)
    for months_of_period in periods(months, sorted({end for _, end in accounts})):
        start, end = months_of_period[0].month.start, months_of_period[-1].month.end
        balances = _over(months_of_period)
        rolled = roll_forward(balances, chart)
        ties = [
            (source, each)
            for source in ("CAPITAL_ACCOUNTS", "INVESTORS")
            for each in tie(rolled, accounts[source, end])
        ]
        ties.append(("FAIR_VALUES", _unrealised(warehouse, ledger, balances, chart, end)))
        for source, each in ties:
            yield {
                **_keys(ledger),
                "period_start": start,
                "period_end": end,
                "compared_with": source,
                "item": each.item,
                "currency": ledger["base_currency"],
                "ledger_amount": each.ledger,
                "stated_amount": each.other,
                "difference": each.difference,
                "tolerance": each.tolerance,
                "is_tied": each.is_tied,
                "reason": None
                if each.other is not None
                else NO_VALUATIONS
                if source == "FAIR_VALUES"
                else NOTHING_STATED,
            }


def periods(months: Sequence[MappedMonth], stated: Sequence[dt.date]) -> Iterator[list[MappedMonth]]:
    """The months between one stated period end and the next, whatever the house's rhythm; quarters where none is stated.

    A period of which a month is missing or not mapped has no roll-forward.
    """
    for before, end in pairwise(stated or _quarter_ends(months)):
        within = [each for each in months if before < each.month.end <= end]
        ends = [before, *(each.month.end for each in within)]
        follows = all(each.month.start - last == dt.timedelta(days=1) for last, each in zip(ends, within, strict=False))
        if within and follows and ends[-1] == end:
            yield within


def _quarter_ends(months: Sequence[MappedMonth]) -> list[dt.date]:
    """The quarter ends that the months touch, and the one before them."""
    ends = [each.month.end for each in months if each.month.end.month % 3 == 0]
    if not months:
        return []
    first = months[0].month.start - dt.timedelta(days=1)
    return [first, *ends] if first.month % 3 == 0 else ends


def _over(months: Sequence[MappedMonth]) -> list[MappedBalance]:
    """Balances from the start of the first month to the end of the last; an account mapped in one of them alone opens at zero."""
    opening: dict[str, Decimal] = defaultdict(Decimal)
    opening.update({balance.account_code: balance.opening for balance in months[0].balances})
    return [
        MappedBalance(b.account_code, opening[b.account_code], b.closing, b.mapping_ids, b.source_accounts)
        for b in months[-1].balances
    ]


def _capital_accounts(warehouse: Warehouse, ledger: Row) -> Mapping[tuple[str, dt.date], Mapping[str, Decimal | None]]:
    """What the fund's total and the sum of its partners' accounts state for the end of a period."""
    figures = ", ".join(f"sum({name}) as {name}" for name in STATED)
    rows = warehouse.records(
        f"select case investor_id when '_FUND_' then 'CAPITAL_ACCOUNTS' else 'INVESTORS' end as source, period_end, "
        f"{figures} from intermediate.int_fund__capital_accounts where state_id = ? and fund_id = ? group by all",
        [ledger["state_id"], ledger["fund_id"]],
    )
    stated: dict[tuple[str, dt.date], Mapping[str, Decimal | None]] = defaultdict(dict)
    for row in rows:
        stated[row["source"], row["period_end"]] = {name: row[name] for name in STATED}
    return stated


def _unrealised(
    warehouse: Warehouse,
    ledger: Row,
    balances: Sequence[MappedBalance],
    chart: Sequence[ChartAccount],
    day: dt.date,
) -> Tie:
    """The ledger's unrealised gain beside fair values less remaining cost on the last valuation of each investment."""
    booked = {a.account_code for a in chart if a.account_type == "ASSET" and a.nav_line == UNREALISED}
    amount = sum((b.closing for b in balances if b.account_code in booked), Decimal(0))
    ((valued, foreign, unknown),) = warehouse.rows(
        """
        select sum(unrealized_gain_loss), count(*) filter (where currency <> base_currency),
            count(*) filter (where unrealized_gain_loss is null)
        from (
            select v.* from intermediate.int_fund__fair_values as v
            where v.state_id = ? and v.fund_id = ? and v.valuation_date <= ?
            qualify row_number() over (
                partition by v.investment_id order by v.valuation_date desc, v.source_row desc
            ) = 1
        )
        """,
        [ledger["state_id"], ledger["fund_id"], day],
    )
    return Tie("unrealized_gain_balance", amount, None if foreign or unknown else valued)


LEDGER_MAPPING = Calculation(
    name="ledger_mapping",
    description="Ledgers of funds in the accounts of the chart, and the tie of their net assets to capital accounts.",
    tables=(BALANCES, FINDINGS, TIES),
    key="ledger_id",
    inputs="select ledger_id from intermediate.int_gl__ledgers",
    deps=(
        "intermediate.int_gl__ledgers",
        "intermediate.int_gl__trial_balance",
        "intermediate.int_fund__chart_of_accounts",
        "intermediate.int_fund__gl_account_mappings",
        "intermediate.int_fund__capital_accounts",
        "intermediate.int_fund__fair_values",
    ),
    compute=map_ledgers,
)
