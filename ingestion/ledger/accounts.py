"""On which side the accounts of a ledger grow, where the ledger does not say: by type, else by how journals balance. Reading ledgers does not belong here.

Source: fund-admin 5, natural signs; the types are data, contracts/ledger_accounts.yaml.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Literal

import yaml

from ingestion.contracts import CONTRACTS
from ingestion.fields import Frozen

ACCOUNT_TYPES = CONTRACTS / "ledger_accounts.yaml"

# "1010 Operating", "1010 · Operating", "1010-20 Operating": a number, perhaps a sign between, and the name.
_NUMBERED = re.compile(r"^(?P<code>\d[\d.-]*)(?:\s*[·:–]\s*|\s+-\s+|\s+)(?P<name>\S.*)$", re.ASCII)


class AccountType(Frozen):
    """What tells accounts of one type, and on which side an increase of them is booked."""

    side: Literal["debit", "credit"]
    first_digits: tuple[str, ...]
    names: tuple[str, ...]
    system_types: tuple[str, ...] = ()


@cache
def account_types() -> Mapping[str, AccountType]:
    """Every type by name."""
    document = yaml.safe_load(ACCOUNT_TYPES.read_text(encoding="utf-8"))
    return {name: AccountType.model_validate(entry) for name, entry in document.items()}


def split_label(label: str) -> tuple[str | None, str]:
    """Number, or None, and name of an account that stands in one text."""
    match = _NUMBERED.match(label)
    return (match["code"], match["name"]) if match else (None, label)


def type_of_system(name: str) -> str | None:
    """Type of an account whose ledger names a type of its own, by that name; None for one that is not listed."""
    wanted = name.casefold()
    return next((t for t, terms in account_types().items() if wanted in map(str.casefold, terms.system_types)), None)


def type_of(labels: Sequence[str]) -> str | None:
    """Type of the account at the end of `labels`, which lead to it from the top; None where nothing tells it.

    Its number tells before its name, and both before the account that it stands under.
    """
    for label in reversed(labels):
        code, name = split_label(label)
        first_digit, known_name = (code or "")[:1], name.casefold()
        by_number = (t for t, terms in account_types().items() if first_digit in terms.first_digits)
        by_name = (t for t, terms in account_types().items() if known_name in map(str.casefold, terms.names))
        found = next(by_number, None) or next(by_name, None)
        if found is not None:
            return found
    return None


def find_sides(types: Mapping[str, str | None], journals: Sequence[Sequence[tuple[str, Decimal]]]) -> dict[str, int]:
    """1 for accounts that grow on the debit side, -1 for the others; accounts that neither way tells are left out.

    `types` by account; each journal is (account, amount in the account's natural sign). Where all accounts of a journal
    but one have a side, that one has the side on which the journal balances; each side found may settle others.
    """
    sides = {
        account: 1 if account_types()[account_type].side == "debit" else -1
        for account, account_type in types.items()
        if account_type is not None
    }
    totals = [_by_account(journal) for journal in journals]
    pending = [total for total in totals if any(account not in sides for account in total)]
    while pending:
        before = len(sides)
        for total in pending:
            unknown = [account for account in total if account not in sides]
            if len(unknown) != 1 or not total[unknown[0]]:
                continue
            known = sum((sides[account] * amount for account, amount in total.items() if account in sides), Decimal(0))
            if abs(known) == abs(total[unknown[0]]):
                sides[unknown[0]] = 1 if known == -total[unknown[0]] else -1
        pending = [total for total in pending if any(account not in sides for account in total)]
        if len(sides) == before:
            break
    return sides


def _by_account(journal: Sequence[tuple[str, Decimal]]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for account, amount in journal:
        totals[account] += amount
    return totals
