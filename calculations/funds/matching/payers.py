"""Finds the investor behind the other party of a bank entry, by account and by name. Matching payments does not belong here.

Source: input-contracts 5.5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from calculations.funds.matching.names import normal_code, normal_name


@dataclass(frozen=True)
class Payer:
    """What a statement says of the other party of an entry."""

    name: str | None
    account: str | None = None


@dataclass(frozen=True)
class KnownInvestor:
    """An investor with the numbers of its accounts: IBAN or account number."""

    investor_id: str
    name: str
    accounts: tuple[str, ...] = ()


def find_payers(payers: Sequence[Payer], investors: Iterable[KnownInvestor]) -> list[str | None]:
    """The investor of each payer, None where it is unknown, where several fit, or where account and name contradict.

    An account names its investor; so does a name, if no account says otherwise. Returns one per payer, in the order given.
    """
    by_account: dict[str, set[str]] = defaultdict(set)
    by_name: dict[str, set[str]] = defaultdict(set)
    for investor in investors:
        by_name[normal_name(investor.name)].add(investor.investor_id)
        for account in investor.accounts:
            by_account[normal_code(account)].add(investor.investor_id)
    return [_find(payer, by_account, by_name) for payer in payers]


def _find(payer: Payer, by_account: Mapping[str, set[str]], by_name: Mapping[str, set[str]]) -> str | None:
    of_account = by_account.get(normal_code(payer.account or ""), set()) if payer.account else set()
    of_name = by_name.get(normal_name(payer.name or ""), set()) if payer.name else set()
    found = of_account & of_name if of_account and of_name else of_account | of_name
    return next(iter(found)) if len(found) == 1 else None
