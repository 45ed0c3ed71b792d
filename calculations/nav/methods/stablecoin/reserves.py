"""The backing of a coin, from sheet Reserves & Vaults to lines: what is there, attested, priced and haircut.

What holders are owed, and the measures of the whole, do not belong here. Source: nav 2 (M-STB).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from calculations.money import minor_unit, round_half_up
from calculations.nav.day_fractions import year_fraction
from calculations.nav.lines_stated import stated_position
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.stablecoin.haircuts import Haircuts
from calculations.nav.methods.stablecoin.vaults import Vault, debt_with_fee
from calculations.nav.numbers import precise
from calculations.nav.positions import position_lines
from calculations.nav.results import NavLine, Unavailable
from calculations.nav.terms import Accrual

METHOD = "STB/1"
ATTESTATION_MAX_AGE_DAYS = 35  # nav 2 (M-STB), where the product states no other
MONEY = ("CASH", "DEPOSIT", "BUFFER")
ON_CHAIN = ("VAULT", "TOKEN", "BUFFER", "LIABILITY")  # seen on the chain itself: nobody has to attest them
METAL = ("COMMODITY", "BAR")
OBSERVABLE, UNOBSERVABLE = 2, 3
BROKER_LEVEL = 3  # of the price hierarchy: what is below it is a model's or an override
STATED_LEVELS = {"TBILL": OBSERVABLE, "MMF": OBSERVABLE, "REPO": OBSERVABLE, "CP": OBSERVABLE}


@dataclass(frozen=True)
class Reserve:
    """One row's line in the strike, and what made it, in the row's currency; None where the line has a reason.

    `gross` is before the haircut; `units` is a weight of fine metal or another quantity; `vault` only for a vault.
    """

    row: Row
    line: NavLine
    gross: Decimal | None = None
    units: Decimal | None = None
    vault: Vault | None = None


def reserves(evidence: Evidence, haircuts: Haircuts) -> tuple[tuple[Reserve, ...], tuple[Accrual, ...]]:
    """Every reserve of the last list, in the order of their ids, and its liabilities, left to the strike.

    Raises Unavailable MISSING_HOLDINGS where there is none. Of a line: MISSING_EVIDENCE (no attestation),
    STALE_ATTESTATION, UNIT_MISMATCH (not in the currency of the peg), MISSING_VALUE, MISSING_TERMS, what pricing says.
    """
    listed = evidence.latest_list(evidence.stated.reserves, "as_of")
    rows = evidence.latest(listed, "as_of", "reserve_id")
    backing = [row for row in rows if row["kind"] != "LIABILITY"]
    if not backing:
        raise Unavailable("MISSING_HOLDINGS", f"{evidence.product_id}: expected reserves by {evidence.day}, found none")
    owed = tuple(_liability(evidence, row) for row in rows if row["kind"] == "LIABILITY")
    return tuple(_reserve(evidence, row, haircuts) for row in backing), owed


def _reserve(evidence: Evidence, row: Row, haircuts: Haircuts) -> Reserve:
    line_id, more = f"reserve/{row['reserve_id']}", {"method": METHOD, "currency": row["currency"]}
    try:
        _require_currency(evidence, row)
        _require_attested(evidence, row)
        if _is_own_token(evidence, row):
            # the coin would back itself: it falls with what it is meant to hold up
            line = evidence.line(line_id, Decimal(0), quantity=row["quantity"], fair_value_level=UNOBSERVABLE, **more)
            return Reserve(row, line, Decimal(0))
        gross, units, found = _gross(evidence, row)
        haircut = _haircut(evidence, row, haircuts)
        vault = _vault(evidence, row, gross, haircut) if row["kind"] == "VAULT" else None
        with precise():
            amount = gross * (1 - haircut) if vault is None else vault.covered
        kind = "CASH" if row["kind"] in MONEY and row["instrument_id"] is None else "POSITION"
        line = evidence.line(line_id, amount, kind=kind, basis_amount=gross, rate=haircut, **more, **found)
        return Reserve(row, line, gross, units, vault)
    except Unavailable as gap:
        return Reserve(row, evidence.unknown_line(line_id, gap, **more))


def _require_currency(evidence: Evidence, row: Row) -> None:
    peg = evidence.required("peg_currency")
    if row["currency"] != peg:
        raise Unavailable(
            "UNIT_MISMATCH", f"{row['reserve_id']}: reserves must be in the peg's {peg}, found {row['currency']}"
        )


def _require_attested(evidence: Evidence, row: Row) -> None:
    stated, attested = evidence.product["attestation_max_age_days"], row["attestation_date"]
    limit = ATTESTATION_MAX_AGE_DAYS if stated is None else stated
    if attested is None and row["kind"] in ON_CHAIN:
        return
    if attested is None or attested > evidence.day:
        found = "none" if attested is None else f"one of {attested}"
        raise Unavailable(
            "MISSING_EVIDENCE", f"{row['reserve_id']}: an attestation by {evidence.day} is needed, found {found}"
        )
    age = (evidence.day - attested).days
    if age > limit:
        raise Unavailable(
            "STALE_ATTESTATION",
            f"{row['reserve_id']}: attested {attested}, {age} days ago; at most {limit} days may pass",
        )


def _is_own_token(evidence: Evidence, row: Row) -> bool:
    own = evidence.product["instrument_id"]
    return row["is_exogenous"] is False or (own is not None and row["instrument_id"] == own)


def _haircut(evidence: Evidence, row: Row, haircuts: Haircuts) -> Decimal:
    """A coin of metal is worth the metal: there only a stated haircut counts."""
    if evidence.product["subtype"] == "COMMODITY" and row["kind"] in METAL and row["haircut_rate"] is None:
        return Decimal(0)
    return haircuts.of(row)


def _gross(evidence: Evidence, row: Row) -> tuple[Decimal, Decimal | None, dict[str, Any]]:
    """Value before haircut in the row's currency, units, and the fields of a line that explain it."""
    units = fine_weight(evidence, row) if row["kind"] == "BAR" else row["quantity"]
    if row["value"] is not None:
        level = None if row["kind"] in MONEY else STATED_LEVELS.get(row["kind"], UNOBSERVABLE)
        return row["value"], units, {"quantity": units, "fair_value_level": level}
    if row["instrument_id"] is None or units is None:
        raise Unavailable(
            "MISSING_VALUE",
            f"{row['reserve_id']}: a value must be stated, or a quantity and an instrument with a price; found neither",
        )
    priced = _priced(evidence, row, units)
    if priced.base_amount is None:
        raise Unavailable(priced.reason or "MISSING_PRICE", priced.detail or row["reserve_id"])
    explained = (
        "instrument_id",
        "quantity",
        "contract_size",
        "quote_basis",
        "price",
        "price_type",
        "price_currency",
        "price_source",
        "price_as_of",
        "price_approval_id",
        "accrued_amount",
    )
    found = {name: getattr(priced, name) for name in explained}
    return priced.base_amount, units, found | {"fair_value_level": _level(evidence, priced)}


def fine_weight(evidence: Evidence, row: Row) -> Decimal:
    """Fine units of a bar: gross weight x fineness, rounded half up to the decimals of its row.

    Raises Unavailable MISSING_TERMS, UNIT_MISMATCH where bar and instrument are weighed differently.
    """
    gross, fineness = evidence.required("gross_weight", row), evidence.required("fineness", row)
    instrument = evidence.market.instruments.get(row["instrument_id"], {})
    weighed, quoted = row["unit_of_measure"], instrument.get("unit_of_measure")
    if weighed is None or weighed != quoted:
        raise Unavailable("UNIT_MISMATCH", f"{row['reserve_id']}: weighed in {weighed}, its price is for one {quoted}")
    with precise():
        return round_half_up(gross * fineness, minor_unit(int(evidence.required("fine_weight_dp", row))))


def _priced(evidence: Evidence, row: Row, units: Decimal) -> NavLine:
    """The reserve as if it were held: priced by the strike's own rules, into the row's currency."""
    blank = dict.fromkeys(
        (
            "lot_id",
            "share_class_id",
            "is_non_accrual",
            "accrued_income",
            "unrealised_value",
            "local_value",
            "base_value",
            "amortised_cost",
            "fair_value_level",
            "is_stated_value",
        )
    )
    holding = blank | {
        "instrument_id": row["instrument_id"],
        "holding_type": "OTHER",
        "quantity": units,
        "currency": row["currency"],
        "leg": "LONG",
    }
    position = replace(stated_position(holding, evidence.product, evidence.market), method="PRICED")
    prices = evidence.market.prices_at(evidence.point)
    (line,) = position_lines([position], row["currency"], prices, evidence.quotes, evidence.point, evidence.policy)
    return line


def _level(evidence: Evidence, priced: NavLine) -> int:
    """1 for a price of a primary source of the day, 2 for another quote, 3 for a model or an override."""
    of_type = evidence.policy.price_levels.get(
        priced.price_type or "", 1
    )  # clean and dirty are as good as their source
    level = max(evidence.policy.sources[priced.price_source or ""].level, of_type)
    return 1 if level == 1 else OBSERVABLE if level <= BROKER_LEVEL else UNOBSERVABLE


def _vault(evidence: Evidence, row: Row, collateral: Decimal, haircut: Decimal) -> Vault:
    principal = evidence.required("debt_principal", row)
    if principal == 0:
        debt = principal
    else:
        start, years = evidence.required("stability_fee_from", row), Fraction(0)
        if start <= evidence.day:
            years = year_fraction(start, evidence.day, evidence.product["year_fraction"] or "ACT_365F")
        debt = debt_with_fee(
            principal,
            evidence.required("stability_fee_rate", row),
            evidence.required("fee_compounding", row),
            (evidence.day - start).days,
            years,
        )
    return Vault(evidence.required("quantity", row), collateral, debt, haircut)


def _liability(evidence: Evidence, row: Row) -> Accrual:
    _require_currency(evidence, row)
    return Accrual(
        accrual_id=f"reserve/{row['reserve_id']}",
        kind="PAYABLE",
        side="LIABILITY",
        method="STATED",
        currency=row["currency"],
        amount=evidence.required("value", row),
    )


def total(found: Sequence[Reserve], name: str) -> Decimal | None:
    """The sum of `gross` or `units` over reserves; None where one of them has none."""
    amounts = [getattr(each, name) for each in found]
    if any(amount is None for amount in amounts):
        return None
    with precise():
        return sum(amounts, Decimal(0))
