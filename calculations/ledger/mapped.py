"""What mappings make of a ledger's balances: one balance per account of the chart, or the reason why there is none.

Balances are positive on the debit side. Source: fund-admin 1.10 G-1.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from calculations.ledger.expressions import evaluate
from calculations.ledger.mappings import AccountMapping, ChartAccount, MappingType
from calculations.money import round_half_up

ZERO = Decimal(0)


@dataclass(frozen=True)
class LedgerBalance:
    """Opening and closing balance of one account of a ledger, of one value of each dimension, over one period."""

    account_code: str
    opening: Decimal
    closing: Decimal
    dimensions: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class MappedBalance:
    """Balance of an account of the chart and the mapping ids and accounts of the ledger that it comes from."""

    account_code: str
    opening: Decimal
    closing: Decimal
    mapping_ids: tuple[str, ...]
    source_accounts: tuple[str, ...]

    @property
    def movement(self) -> Decimal:
        return self.closing - self.opening


@dataclass(frozen=True)
class MappingFinding:
    """Why a fund's period cannot be mapped: the account or mapping it is about, and the amount that it leaves out."""

    code: str
    subject: str
    message: str
    amount: Decimal | None = None


@dataclass(frozen=True)
class Mapped:
    """Either balances and no findings, or findings and no balances: a total without an account would be wrong."""

    balances: tuple[MappedBalance, ...]
    findings: tuple[MappingFinding, ...]


def map_balances(
    balances: Sequence[LedgerBalance],
    mappings: Sequence[AccountMapping],
    chart: Iterable[ChartAccount],
    period_end: dt.date,
    minor_unit: Decimal,
) -> Mapped:
    """Balances of the chart's accounts for one fund and period, by the mappings in force on the period's last day.

    DIRECT and AGGREGATED add up what they take, weighted; CALCULATED follows in the order of what depends on what, rounded
    to `minor_unit`. Every account with a balance must be taken by exactly one of DIRECT, AGGREGATED and IGNORED.
    Findings: UNMAPPED_ACCOUNT, DOUBLE_MAPPED, UNKNOWN_ACCOUNT, DUPLICATE_TARGET, MAPPING_CYCLE, DIVISION_BY_ZERO.
    """
    in_force = [mapping for mapping in mappings if mapping.is_in_force(period_end)]
    accounts = {account.account_code: account for account in chart}
    findings = _check_targets(in_force, accounts)
    opening: dict[str, Decimal] = defaultdict(Decimal)
    closing: dict[str, Decimal] = defaultdict(Decimal)
    sources: dict[str, set[str]] = defaultdict(set)
    ids: dict[str, list[str]] = defaultdict(list)
    for mapping in in_force:
        if mapping.account_code is not None:
            ids[mapping.account_code].append(mapping.mapping_id)
            opening[mapping.account_code] += ZERO
            closing[mapping.account_code] += ZERO
    for balance in balances:
        taking = [m for m in in_force if m.selector and m.selector.takes(balance.account_code, balance.dimensions)]
        if len(taking) != 1:
            findings.extend(_not_once(balance, taking))
            continue
        target = taking[0].account_code
        if target is not None:
            opening[target] += taking[0].weight * balance.opening
            closing[target] += taking[0].weight * balance.closing
            sources[target].add(balance.account_code)
    if not findings:
        findings.extend(_calculate(in_force, opening, closing, minor_unit))
    if findings:
        return Mapped((), tuple(findings))
    return Mapped(
        tuple(
            MappedBalance(code, opening[code], closing[code], tuple(ids[code]), tuple(sorted(sources[code])))
            for code in sorted(ids)
        ),
        (),
    )


def _check_targets(mappings: Sequence[AccountMapping], accounts: Mapping[str, ChartAccount]) -> list[MappingFinding]:
    findings = []
    formulas = [m for m in mappings if m.mapping_type == MappingType.CALCULATED]
    sums = {m.account_code for m in mappings if m.mapping_type in (MappingType.DIRECT, MappingType.AGGREGATED)}
    for mapping in mappings:
        code = mapping.account_code
        if code is None:
            continue
        is_formula = mapping.mapping_type == MappingType.CALCULATED
        account = accounts.get(code)
        if account is None or not account.is_active or not (is_formula or account.allows_posting):
            expected = "an active account of the chart" + ("" if is_formula else " that allows posting")
            found = "none" if account is None else "one that is not"
            findings.append(
                MappingFinding(
                    "UNKNOWN_ACCOUNT", mapping.mapping_id, f"account {code}: expected {expected}, found {found}"
                )
            )
    for formula in formulas:
        others = [m.mapping_id for m in formulas if m.account_code == formula.account_code and m is not formula]
        if others or formula.account_code in sums:
            found = f"also {', '.join(others)}" if others else "also balances mapped to it"
            findings.append(
                MappingFinding(
                    "DUPLICATE_TARGET",
                    formula.mapping_id,
                    f"account {formula.account_code}: expected one expression and nothing else, found {found}",
                )
            )
        known = {m.account_code for m in mappings if m.account_code is not None}
        assert formula.expression is not None
        for code in sorted(formula.expression.accounts - known):
            findings.append(
                MappingFinding(
                    "UNKNOWN_ACCOUNT",
                    formula.mapping_id,
                    f"expression: expected an account with a mapping, found {code}",
                )
            )
    return findings


def _not_once(balance: LedgerBalance, taking: Sequence[AccountMapping]) -> list[MappingFinding]:
    if not taking and balance.opening == 0 and balance.closing == 0:
        return []  # an account that holds nothing leaves nothing out
    where = "".join(f", {name} {value}" for name, value in balance.dimensions.items() if value is not None)
    if not taking:
        return [
            MappingFinding(
                "UNMAPPED_ACCOUNT",
                balance.account_code,
                f"account {balance.account_code}{where}: expected one mapping or IGNORED, found none for {balance.closing}",
                balance.closing,
            )
        ]
    return [
        MappingFinding(
            "DOUBLE_MAPPED",
            balance.account_code,
            f"account {balance.account_code}{where}: expected one mapping, found "
            f"{', '.join(mapping.mapping_id for mapping in taking)} for {balance.closing}",
            balance.closing,
        )
    ]


def _calculate(
    mappings: Sequence[AccountMapping], opening: dict[str, Decimal], closing: dict[str, Decimal], minor_unit: Decimal
) -> list[MappingFinding]:
    formulas = {m.account_code: m for m in mappings if m.account_code and m.expression is not None}
    expressions = {code: formula.expression for code, formula in formulas.items() if formula.expression is not None}
    order = TopologicalSorter({code: term.accounts & expressions.keys() for code, term in expressions.items()})
    try:
        codes = list(order.static_order())
    except CycleError as error:
        path = " -> ".join(error.args[1])
        return [
            MappingFinding(
                "MAPPING_CYCLE",
                formulas[error.args[1][0]].mapping_id,
                f"expressions: expected each to depend on others before it, found the cycle {path}",
            )
        ]
    for code in codes:
        try:
            for side in (opening, closing):
                side[code] = round_half_up(evaluate(expressions[code], side), minor_unit)
        except ZeroDivisionError:
            return [
                MappingFinding(
                    "DIVISION_BY_ZERO",
                    formulas[code].mapping_id,
                    f"account {code}: expected a divisor other than zero, found zero",
                )
            ]
    return []
