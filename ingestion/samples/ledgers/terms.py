"""The period and the accounts of the demo ledgers, validated when read. What is booked does not belong here."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Self

from pydantic import ValidationError, model_validator

from ingestion.samples.parameters import Parameters, load_yaml, refused

FILE = "fund_ledgers.yaml"


class Period(Parameters):
    first: dt.date
    last: dt.date
    sent_on: dt.date


class LedgerTerms(Parameters):
    """`accounts` by role: number and name, in the order of the report."""

    period: Period
    accounts: dict[str, tuple[int, str]]

    @model_validator(mode="after")
    def _numbers_rise(self) -> Self:
        numbers = [number for number, _ in self.accounts.values()]
        if numbers != sorted(set(numbers)):
            raise ValueError("numbers of accounts must rise from one to the next")
        return self

    def label(self, role: str) -> str:
        """Number and name of the account in one text, as the report shows it."""
        number, name = self.accounts[role]
        return f"{number} {name}"

    def side(self, role: str) -> int:
        """1 where an increase is a debit, else -1, by the first digit of the number. Source: fund-admin 5."""
        return 1 if str(self.accounts[role][0])[0] in "15" else -1


@cache
def load_ledger_terms() -> LedgerTerms:
    """The terms of fund_ledgers.yaml; ValueError names the field that is wrong."""
    try:
        return LedgerTerms.model_validate(load_yaml(FILE))
    except ValidationError as error:
        raise refused(FILE, "ledgers", error) from error
