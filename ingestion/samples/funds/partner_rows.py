"""Rows of the sheets about funds, terms and partners. Calls, payments and investments do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from ingestion.samples.funds.parameters import FundPlan, Party
from ingestion.samples.funds.partners import Commitment, Register
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, money
from ingestion.samples.funds.terms import INTERIM_CLAWBACK, as_text, fund_terms, waterfall

STREAM = 305
DRAFT_WATERFALL = "ALDER-EUROPE-I"
RECYCLING_ORGANIZATION = "alder-capital"
SEPA_COUNTRIES = ("DE", "NL", "LU")


def funds(state: State) -> Iterator[Row]:
    for plan in (ledger.plan for ledger in state.ledgers):
        yield {
            "fund_id": plan.fund_id,
            "fund_name": plan.fund_name,
            "fund_type": plan.fund_type,
            "fund_family": plan.fund_family,
            "fund_code": plan.fund_code,
            "structure_type": "STANDALONE",
            "base_currency": plan.currency,
            "vintage_year": plan.vintage,
            "inception_date": plan.first_close,
            "final_close_date": plan.closings[-1].date,
            "investment_period_end": plan.investment_period_end,
            "term_end": plan.first_close.replace(year=plan.first_close.year + 10),
            "extension_periods": 2,
            "extension_months": 12,
            "fund_size": plan.fund_size * 1e6,
            "target_size": round(plan.fund_size * 0.9) * 1e6,
            "hard_cap": plan.fund_size * 1e6,
            "fund_status": plan.status,
            "management_fee_rate": plan.fee_rate,
            "carried_interest_rate": plan.carry,
            "hurdle_rate": plan.hurdle,
            "catch_up_provision": True,
            "fund_manager": state.parties[plan.gp].name.removesuffix(" GP LLC"),
            "investment_strategy": plan.strategy,
            "geography": plan.geography,
            "fiscal_year_end": "12-31",
            "holiday_calendar": plan.calendar,
            "benchmark_index_id": "WEIR-GLOBAL-EQUITY-TR",
            "gp_investor_id": plan.gp,
        }


def terms(state: State) -> Iterator[Row]:
    for plan in (ledger.plan for ledger in state.ledgers):
        for number, (row, content) in enumerate(_waterfalls(plan), 1):
            yield {
                "term_id": f"{plan.fund_code}-WATERFALL-{number}",
                "fund_id": plan.fund_id,
                "term_type": "WATERFALL",
                "term_name": "Distribution waterfall",
                "term_value": content,
                **row,
            }
        for kind, (name, value) in fund_terms(plan).items():
            yield {
                "term_id": f"{plan.fund_code}-{kind}",
                "fund_id": plan.fund_id,
                "term_type": kind,
                "term_name": name,
                "term_value": as_text(value),
                "effective_date": plan.first_close,
            }


def waterfall_configs(state: State) -> Iterator[Row]:
    for plan in (ledger.plan for ledger in state.ledgers):
        for number, (row, content) in enumerate(_waterfalls(plan), 1):
            head = {
                "config_id": f"{plan.fund_code}-W{number}",
                "fund_id": plan.fund_id,
                "name": f"{plan.fund_name} waterfall",
            }
            yield head | {"structure": content} | row | {"is_active": True}
        if plan.fund_id == DRAFT_WATERFALL:
            head = {
                "config_id": f"{plan.fund_code}-W-DRAFT",
                "fund_id": plan.fund_id,
                "name": "Draft with yearly clawback test",
            }
            yield head | {
                "structure": as_text(waterfall(plan, interim_clawback=True)),
                "effective_date": plan.first_close,
                "is_active": False,
            }


def _waterfalls(plan: FundPlan) -> list[tuple[dict[str, dt.date | None], str]]:
    first, changed = as_text(waterfall(plan)), INTERIM_CLAWBACK.get(plan.fund_id)
    if changed is None:
        return [({"effective_date": plan.first_close, "expiry_date": None}, first)]
    later = as_text(waterfall(plan, interim_clawback=True))
    return [
        ({"effective_date": plan.first_close, "expiry_date": changed}, first),
        ({"effective_date": changed, "expiry_date": None}, later),
    ]


def classes(state: State) -> Iterator[Row]:
    for plan in (ledger.plan for ledger in state.ledgers):
        for priority, (code, name) in enumerate(plan.classes.items(), 1):
            is_gp = code == "GP"
            yield {
                "fund_id": plan.fund_id,
                "class_code": code,
                "class_name": name,
                "management_fee_rate": plan.fee_rate,
                "carried_interest_rate": 0.0 if is_gp else plan.carry,
                "preferred_return_rate": plan.hurdle,
                "catch_up_rate": plan.catch_up,
                "min_commitment": 1e6,
                "is_default": code == "A",
                "priority": priority,
                "is_gp": is_gp,
                "is_fee_paying": True,
                "is_carry_paying": not is_gp,
            }


def investors(state: State) -> Iterator[Row]:
    change = state.story.rename
    for code, party in state.parties.items():
        moved = code == change.investor and state.as_of >= change.known_on
        name, city = (change.name, change.city) if moved else (party.name, party.city)
        address = {"line1": f"{_number(state, party, 90)} Market Street", "city": city, "country": party.country}
        yield {
            "investor_id": code,
            "investor_name": name,
            "investor_type": party.type,
            "investor_category": party.category,
            "geography": party.geography,
            "industry": party.industry,
            "aum_range": party.aum,
            "tax_id": f"{party.country}-{1_000_000 + _number(state, party, 9_000_000)}",
            "jurisdiction": party.country,
            "email": f"operations@{''.join(filter(str.isalpha, party.name.lower()))}.example",
            "contact_name": "Investor operations",
            "address": as_text(address | ({"region": change.region} if moved else {})),
            "kyc_status": "APPROVED",
            "kyc_date": change.known_on - dt.timedelta(days=20) if moved else dt.date(2023, 9, 14),
            "aml_status": "APPROVED",
            "is_accredited": True,
            "is_qualified_purchaser": party.type != "GP",
            "tax_class": "FOREIGN" if party.withholding else "EXEMPT" if party.type == "ENDOWMENT" else "TAXABLE",
            "default_withholding_rate": party.withholding,
        }


def _number(state: State, party: Party, below: int) -> int:
    """A number that belongs to a party, the same in every organisation."""
    return int(np.random.default_rng([state.seed, STREAM, *party.name.encode()]).integers(1, below))


def banking(state: State) -> Iterator[Row]:
    for code, party in state.parties.items():
        has_second = party.second_currency is not None and state.organization_id == RECYCLING_ORGANIZATION
        home = "EUR" if party.country in SEPA_COUNTRIES else "USD"
        for number, currency in enumerate([home, *([party.second_currency] if has_second else [])], 1):
            account = f"{_number(state, party, 10**9) + number:010d}"
            is_euro = currency == "EUR"
            yield {
                "banking_id": f"{code}-BANK-{number}",
                "investor_id": code,
                "currency": currency,
                "bank_name": "Bank of Marenvale" if is_euro else "First Pinehaven Bank",
                "account_number": None if is_euro else account,
                "routing_number": None if is_euro else "000000000",
                "iban": _iban(account) if is_euro else None,
                "is_primary": True,
            }


def _iban(account: str) -> str:
    """An account in the form of a German IBAN, of a bank that does not exist, with its check digits. Source: ISO 13616."""
    body = f"00000000{account}"
    check = 98 - int(f"{body}131400") % 97  # D = 13, E = 14
    return f"DE{check:02d}{body}"


def commitments(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for item in ledger.register.commitments:
            if item.date <= state.as_of:
                yield _commitment(state, item)
        gone = state.story.removed_commitment
        if gone.fund == ledger.plan.fund_id and gone.date <= state.as_of <= gone.until:
            code = f"{ledger.plan.fund_code}-{gone.investor}-9"
            cancelled = Commitment(
                code,
                gone.fund,
                gone.investor,
                "A",
                round(gone.amount * 1e8),
                ledger.plan.currency,
                gone.date,
                "ADDITIONAL",
                None,
                9,
                "CANCELLED",
            )
            yield _commitment(state, cancelled)


def _commitment(state: State, item: Commitment) -> Row:
    is_over = item.ended_on is not None and item.ended_on <= state.as_of
    return {
        "commitment_id": item.commitment_id,
        "fund_id": item.fund_id,
        "investor_id": item.investor_id,
        "class_code": item.class_code,
        "closing_number": item.closing,
        "tranche_number": item.tranche,
        "commitment_amount": money(item.amount),
        "currency": item.currency,
        "commitment_date": item.date,
        "commitment_type": item.kind,
        "status": "TRANSFERRED" if is_over else item.status,
    }


def modifications(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for item in ledger.register.modifications:
            if item.date <= state.as_of:
                yield {
                    "modification_id": item.modification_id,
                    "commitment_id": item.commitment_id,
                    "modification_type": item.kind,
                    "old_amount": money(item.old),
                    "new_amount": money(item.new),
                    "effective_date": item.date,
                    "reason": item.reason,
                    "transfer_id": item.transfer_id,
                }


def closings(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for item in ledger.plan.closings:
            new = sum(c.amount for c in ledger.register.commitments if c.closing == item.number)
            yield {
                "fund_id": ledger.plan.fund_id,
                "closing_number": item.number,
                "closing_date": item.date,
                "closing_type": item.type,
                "status": "COMPLETED",
                "new_commitments": money(new),
                "total_commitments": money(_total_by(ledger.register, item.number)),
                "equalization_interest_rate": None if item.index else item.rate,
                "benchmark_index_id": item.index,
                "benchmark_spread_rate": item.spread,
                "interest_compounds": False,
                "interest_day_count": "ACT_365F",
                "equalization_start": ledger.plan.first_close if item.number > 1 else None,
                "equalization_end": item.date if item.number > 1 else None,
                "true_up_to_manager": True if item.number > 1 else None,
            }


def _total_by(register: Register, number: int) -> int:
    return sum(item.amount for item in register.commitments if item.closing is not None and item.closing <= number)
