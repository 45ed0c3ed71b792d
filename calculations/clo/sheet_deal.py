"""From a deal sheet's figures to the inputs of its deal file: balances, margins, triggers, fees, dates of one day.

The priority of payments is the file's, never the sheet's. Nothing is paid here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calculations.clo.scenarios import Assumptions, ReinvestmentTerms
from calculations.clo.tape_terms import Assumed

EQUITY = "sub"  # what deal files call the subordinated notes
FEES = {
    "TRUSTEE FEE": "trustee",
    "ADMIN FEE": "admin",
    "BASE MANAGER FEE": "base",
    "JUNIOR MANAGER FEE": "junior",
}
FUNDING = "revolver_funding"
ACCOUNTS = {  # number of an account on a sheet -> its name in a deal, for the accounts that a deal uses by rule
    2: "collection",
    3: "ramp_up",
    4: FUNDING,
    8: "interest_reserve",
}
POLICIES = {"ALL PRINCIPAL": "all_principal", "UNSCHEDULED PRINCIPAL": "unscheduled_principal"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class DealSheet:
    """A deal as one load states it: rows by column name. `parameters` are values by (section, name)."""

    deal_id: str
    parameters: Mapping[tuple[str, str], Any]
    tranches: Sequence[Row]
    fees: Sequence[Row]
    accounts: Sequence[Row]
    sub_note_payments: Sequence[Row]

    def get(self, section: str, name: str) -> Any:
        return self.parameters.get((section, name))


def class_name(tranche_name: str) -> str:
    """The name of a class in a deal file: `Class A-1A` is A-1A, `Sub Notes` the subordinated notes."""
    text = " ".join(tranche_name.split())
    if text.upper().startswith("SUB"):
        return EQUITY
    return text[6:] if text.upper().startswith("CLASS ") else text


def deal_inputs(sheet: DealSheet) -> tuple[dict[str, Any], tuple[Assumed, ...]]:
    """What a sheet lays upon its deal file, and what it leaves to an assumption.

    A cell that is blank is left to the file; a figure that neither has stops the run by name.
    Source: clo-liabilities-waterfall 1.1.
    """
    assumed: list[Assumed] = []
    notes: dict[str, dict[str, Any]] = {}
    tests: dict[str, dict[str, Any]] = {}
    for row in sheet.tranches:
        name = class_name(row["tranche_name"])
        is_fixed = str(row["coupon_type"] or "").strip().upper() == "FIXED"
        notes[name] = _given(
            original_balance=row["original_balance"],
            balance=row["current_balance"],
            deferred=row["deferred_balance"],
            day_count=row["day_count"],
            price=row["price"],
            discount_margin=row["discount_margin"],
        )
        if row["spread"] is not None and not row["is_equity"]:
            # The sheet has one column for both; what the file has of the other kind gives way.
            coupon, other = ("fixed", "spread") if is_fixed else ("spread", "fixed")
            notes[name] |= {coupon: _exact(row["spread"]), other: None}
        for kind in ("oc", "ic"):
            if row[f"{kind}_trigger"] is not None:
                tests[f"{kind.upper()}-{name}"] = {"trigger": _exact(row[f"{kind}_trigger"])}
    if (trigger := sheet.get("clo_inputs", "interest_diversion_trigger")) is not None:
        tests["ID"] = {"trigger": _exact(trigger)}
    inputs: dict[str, Any] = {
        "notes": notes,
        "tests": tests,
        "fees": _fees(sheet.fees, assumed),
        "accounts": _accounts(sheet.accounts),
        "incentive": _incentive(sheet, assumed),
        "dates": _dates(sheet),
        "reinvestment": {
            "during": _policy(sheet, "pre", assumed),
            "after": _policy(sheet, "post", assumed),
        },
        "call": _given(
            distribution_below=sheet.get("cash_flow_inputs", "call_when_sub_distribution_below"),
            price=sheet.get("cash_flow_inputs", "liquidation_price"),
        ),
        "purchased_accrued": _given(amount=sheet.get("clo_inputs", "purchased_accrued_interest")),
    }
    if (trigger := sheet.get("clo_inputs", "event_of_default_trigger")) is not None:
        inputs["event_of_default"] = {"ratio": {"trigger": _exact(trigger)}}
    if (limit := sheet.get("clo_inputs", "ccc_haircut_limit")) is not None:
        inputs["haircuts"] = {"ccc": {"limit": _exact(limit)}}
    if (basis := sheet.get("clo_inputs", "beginning_fee_basis")) is not None:
        inputs["beginning_fee_basis"] = _exact(basis)
    return inputs, tuple(assumed)


def reinvestment_terms(sheet: DealSheet) -> ReinvestmentTerms:
    """What the deal buys with principal. Raises ValueError naming the parameters that the sheet leaves blank.

    Source: clo-collateral-engine 3.
    """
    names = ("spread", "floor", "maturity", "price", "cpr", "cdr", "severity", "lag")
    values = {name: sheet.get("cash_flow_inputs", f"reinvestment_{name}") for name in names}
    if missing := [f"reinvestment_{name}" for name, value in values.items() if value is None]:
        raise ValueError(f"{sheet.deal_id}: expected a value for cash_flow_inputs {', '.join(missing)}; found none")
    return ReinvestmentTerms(
        spread=values["spread"],
        floor=values["floor"],
        maturity_months=int(values["maturity"]),
        price=values["price"],
        assumptions=Assumptions(
            cpr=values["cpr"], cdr=values["cdr"], severity=values["severity"], lag_months=int(values["lag"])
        ),
    )


def _fees(rows: Sequence[Row], assumed: list[Assumed]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        name = FEES.get(" ".join(str(row["fee_name"]).upper().split()))
        if name is None:
            assumed.append(Assumed(str(row["fee_name"]), "fee", None, "no list of the deal pays a fee of this name"))
            continue
        found[name] = _given(
            kind=str(row["fee_basis"]).lower() if row["fee_basis"] else None,
            rate=row["fee_rate"],
            fixed=row["fixed_amount"],
            day_count=row["day_count"],
            unpaid=row["unpaid_amount"],
            interest_spread=row["interest_spread"] if row["has_interest_on_fee"] else None,
        )
    return found


def _accounts(rows: Sequence[Row]) -> dict[str, Any]:
    return {
        ACCOUNTS[row["account_number"]]: {
            "type": row["account_number"],
            **_given(interest=row["interest_amount"], principal=row["principal_amount"]),
        }
        for row in rows
        if row["account_number"] in ACCOUNTS
        # One that holds nothing is how a sheet says that the deal funds no draws.
        and (ACCOUNTS[row["account_number"]] != FUNDING or row["principal_amount"])
    }


def _incentive(sheet: DealSheet, assumed: list[Assumed]) -> dict[str, Any]:
    history = [
        {"date": row["payment_date"], "amount": _exact(row["amount"])}
        for row in sheet.sub_note_payments
        if row["payment_date"] is not None and row["amount"] is not None
    ]
    terms = _given(
        hurdle=sheet.get("clo_inputs", "incentive_fee_hurdle"), share=sheet.get("clo_inputs", "incentive_fee_rate")
    )
    analysis = sheet.get("period_dates", "analysis_date") or sheet.get("clo_inputs", "analysis_date")
    if terms and analysis is not None and not any(flow["date"] <= analysis for flow in history):
        issued = sum(row["original_balance"] or 0 for row in sheet.tranches if row["is_equity"])
        history.append({"date": analysis, "amount": -_exact(issued)})
        reason = "the sheet has no payment up to the analysis date: bought then, at par"
        assumed.append(Assumed(EQUITY, "incentive.history", f"{-issued:.2f}", reason))
    return {**terms, "history": sorted(history, key=lambda flow: flow["date"])}


def _dates(sheet: DealSheet) -> dict[str, Any]:
    names = {
        "closing": "closing_date",
        "effective": "effective_date",
        "first_payment": "first_payment_date",
        "no_call": "no_call_date",
        "reinvestment_end": "reinvestment_end_date",
        "stated_maturity": "stated_maturity_date",
        "payment_day": "payment_day",
        "months_between_payments": "months_between_payments",
        "determination_lag": "determination_date_offset",
        "index_lag": "interest_determination_offset",
        "convention": "business_day_convention",
    }
    values = {field: sheet.get("deal_dates", name) for field, name in names.items()}
    return {
        field: int(value) if isinstance(value, float) else value for field, value in values.items() if value is not None
    }


def _policy(sheet: DealSheet, when: str, assumed: list[Assumed]) -> dict[str, Any]:
    text = sheet.get("cash_flow_inputs", f"{when}_reinvestment_type")
    share = sheet.get("cash_flow_inputs", f"{when}_reinvestment_rate")
    kind = POLICIES.get(" ".join(str(text or "").upper().split()))
    if kind is None:
        assumed.append(Assumed(f"{when}_reinvestment_type", "type", "none", f"found {text!r}: nothing is reinvested"))
        return {"type": "none"}
    if share is None:
        share = 1
        assumed.append(Assumed(f"{when}_reinvestment_rate", "share", "1", "the sheet has none: all of it"))
    return {"type": kind, "share": _exact(share)}


def _given(**values: Any) -> dict[str, Any]:
    """The values that a sheet has; a blank cell leaves the file's."""
    return {
        name: _exact(value) if isinstance(value, float | int) and not isinstance(value, bool) else value
        for name, value in values.items()
        if value is not None
    }


def _exact(value: Any) -> Decimal:
    """The decimal that a cell shows: a workbook stores doubles, 17 digits of which are noise. Source: clo-workbook."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value))).normalize() + 0
