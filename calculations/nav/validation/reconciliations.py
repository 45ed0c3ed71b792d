"""Rules that hold the books against others' records: the custodian's positions and cash, registers of shares. No ageing of
breaks beyond what the records state.

A record is compared on the day that it is of. On other days the rule does not apply while the last one is young enough,
and fails as not evaluated when it is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.rates import exchange_rate
from calculations.nav.validation.case import Case
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def _not_of_the_day(
    case: Case, rule: Rule, rows: Sequence[Row], day: dt.date, scope_id: str | None = None
) -> RuleResult | None:
    """The result where nothing is of the day; None where there is something to compare."""
    days = {row["as_of_date"] for row in rows if row["as_of_date"] <= day}
    if day in days:
        return None
    where, scope = (case.product_id, "product") if scope_id is None else (scope_id, rule.scope)
    last = max(days, default=None)
    if last is not None and (day - last).days <= rule.parameters["days_between"]:
        return rule.not_applicable(where, f"last record is of {last}", scope=scope)
    return rule.not_evaluated(where, f"no record of {day}, last of {last}", scope=scope)


def positions_agree_with_custodian(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The quantity of every instrument is the custodian's, either way round. Nothing is tolerated."""
    held: Sequence[Row] = case.needed("held")
    records: Sequence[Row] = case.needed("custodian_positions")
    day = held[0]["as_of_date"] if held else case.day
    unready = _not_of_the_day(case, rule, records, day)
    if unready is not None:
        return [unready]
    kept = _sums((row for row in records if row["as_of_date"] == day), "instrument_id", "quantity")
    # cash has a rule of its own, and a derivative is with the counterparty unless the custodian says otherwise
    listed = [r for r in held if r["holding_type"] not in rule.codes["not_kept"] or r["instrument_id"] in kept]
    books = _sums(listed, "instrument_id", "quantity")
    broken = []
    for instrument in sorted(books.keys() | kept.keys()):
        gap = kept.get(instrument, Decimal(0)) - books.get(instrument, Decimal(0))
        if abs(gap) > rule.threshold:
            detail = f"{instrument}: books {books.get(instrument)}, custodian {kept.get(instrument)}"
            evidence = _accounts(records, day, "instrument_id", instrument)
            broken.append(
                rule.verdict(False, instrument, gap, threshold=rule.threshold, detail=detail, evidence=evidence)
            )
    return rule.on_lines(case.product_id, broken, len(books.keys() | kept.keys()), "instruments")


def cash_agrees_with_custodian(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """Of each currency, a break is at most a share of net assets, or no older than a few days."""
    held: Sequence[Row] = case.needed("held")
    records: Sequence[Row] = case.needed("custodian_cash")
    day = held[0]["as_of_date"] if held else case.day
    unready = _not_of_the_day(case, rule, records, day)
    if unready is not None:
        return [unready]
    net_assets = case.strike.net_assets
    if net_assets is None or net_assets == 0:
        return [rule.not_evaluated(case.product_id, f"net assets {net_assets}", scope="product")]
    of_day = [row for row in records if row["as_of_date"] == day]
    kept = _sums(of_day, "currency", "balance")
    books = _sums((row for row in held if row["holding_type"] == "CASH"), "currency", "quantity")
    broken = []
    for currency in sorted(books.keys() | kept.keys()):
        gap = kept.get(currency, Decimal(0)) - books.get(currency, Decimal(0))
        if not gap:
            continue
        rate = exchange_rate(currency, case.strike.currency, case.quotes, case.point, case.policy).rate
        evidence = _accounts(records, day, "currency", currency)
        if rate is None:
            broken.append(rule.not_evaluated(currency, f"no rate for a break of {gap} {currency}", evidence=evidence))
            continue
        share = abs(gap * rate / net_assets)
        since = [row["oldest_break_date"] for row in of_day if row["currency"] == currency and row["oldest_break_date"]]
        age = (case.day - min(since)).days if since else None
        if share <= rule.threshold or (age is not None and age <= rule.parameters["young_days"]):
            continue
        aged = "of unknown age" if age is None else f"{age} days old"
        detail = f"{currency}: books {books.get(currency)}, custodian {kept.get(currency)}, {aged}"
        broken.append(rule.verdict(False, currency, share, threshold=rule.threshold, detail=detail, evidence=evidence))
    return rule.on_lines(case.product_id, broken, len(books.keys() | kept.keys()), "currencies")


def registers_agree(case: Case, rule: Rule) -> Iterator[RuleResult]:
    """The shares struck are those of every register of the day, and tokens on chain those of their register."""
    if case.product.is_unitless:
        yield rule.not_applicable(case.product_id, "NO_SHARES_REPORTED", scope="product")
        return
    registers: Sequence[Row] = case.needed("registers")
    tokens = _tokens_of_the_day(case)
    for nav in case.strike.classes:
        rows = [row for row in registers if row["share_class_id"] == nav.share_class_id]
        unready = _not_of_the_day(case, rule, rows, case.day, nav.share_class_id)
        if unready is not None and not (tokens and not rows):
            yield unready
            continue
        if nav.shares_outstanding is None:
            yield rule.not_evaluated(nav.share_class_id, "shares of the strike not known")
            continue
        for row in rows:
            if row["as_of_date"] != case.day:
                continue
            gap = row["shares"] - nav.shares_outstanding
            detail = f"strike {nav.shares_outstanding}, {row['register']} {row['shares']}"
            yield rule.verdict(
                abs(gap) <= rule.threshold, nav.share_class_id, gap, threshold=rule.threshold, detail=detail,
                evidence=(f"register {row['register']} {row['as_of_date']}",),
            )  # fmt: skip
    for row in tokens:
        decimals = int(row["token_decimals"])
        unit = rule.parameters["base_units"].scaleb(-decimals)
        gap = Decimal(int(row["total_supply_units"])).scaleb(-decimals) - row["register_supply"]
        yield rule.verdict(
            abs(gap) <= unit, f"{case.product_id}/{row['chain']}", gap, scope="line", threshold=unit,
            detail=f"register {row['register_supply']}, on chain {row['total_supply_units']} base units",
            evidence=(f"block {row['block_number']} of {row['chain']}",),
        )  # fmt: skip


def _tokens_of_the_day(case: Case) -> list[Row]:
    """The last supply of each chain up to the cut-off that is stated beside a register."""
    last: dict[str, Row] = {}
    for row in case.token_supply:
        as_of = row["as_of"] if row["as_of"].tzinfo else row["as_of"].replace(tzinfo=dt.UTC)
        if row["register_supply"] is not None and case.point.includes(as_of) and case.point.day_of(as_of) == case.day:
            last[row["chain"]] = row
    return [last[chain] for chain in sorted(last)]


def _sums(rows: Iterable[Row], key: str, amount: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row[key]] = found.get(row[key], Decimal(0)) + row[amount]
    return found


def _accounts(records: Sequence[Row], day: dt.date, key: str, value: str) -> tuple[str, ...]:
    return tuple(
        f"custodian {row['custodian_id']} {row['account_id']} {day}"
        for row in records
        if row["as_of_date"] == day and row[key] == value
    )


PREDICATES = {
    "POSITION_RECON": positions_agree_with_custodian,
    "CASH_RECON": cash_agrees_with_custodian,
    "SHARES_RECON": registers_agree,
}
