"""The accounts and statements of the demo's bank, validated when read. What is on a statement does not belong here."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Literal, Self

from pydantic import ValidationError, model_validator

from ingestion.samples.parameters import Parameters, load_yaml, refused

FILE = "fund_banks.yaml"
Format = Literal["CAMT_053", "BAI2", "CSV"]


class Account(Parameters):
    number: str
    opened: Decimal


class StatementPlan(Parameters):
    format: Format
    funds: tuple[str, ...]
    first: dt.date
    last: dt.date
    sent_on: dt.date


class Unexplained(Parameters):
    fund: str
    date: dt.date
    amount: Decimal
    text: str
    party: str = ""
    reference: str


class BankTerms(Parameters):
    """`accounts` by fund; statements in the order of their periods. fund_banks.yaml explains the fields."""

    organization: str
    feed_name: str
    bank: str
    accounts: dict[str, Account]
    statements: tuple[StatementPlan, ...]
    unexplained: tuple[Unexplained, ...]
    without_reference: tuple[str, ...]
    nameless: str
    not_arrived: str

    @model_validator(mode="after")
    def _funds_have_accounts(self) -> Self:
        named = {fund for plan in self.statements for fund in plan.funds} | {item.fund for item in self.unexplained}
        if unknown := sorted(named - set(self.accounts)):
            raise ValueError(f"funds of statements must have an account, found none for {', '.join(unknown)}")
        return self


@cache
def load_bank_terms() -> BankTerms:
    """The terms of fund_banks.yaml; ValueError names the field that is wrong."""
    try:
        return BankTerms.model_validate(load_yaml(FILE))
    except ValidationError as error:
        raise refused(FILE, "banks", error) from error
