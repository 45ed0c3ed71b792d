"""From positions to lines: lots added up, valued by their method, converted into the product's currency.

Choosing prices and rates, and accruals that are no position, do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from calculations.nav.accrued_interest import accrued_per_100
from calculations.nav.numbers import precise, stored
from calculations.nav.prices import PricesOf
from calculations.nav.rates import MINOR_QUOTES, Quotes, exchange_rate
from calculations.nav.results import NavLine, Unavailable
from calculations.nav.terms import Policy, Position, Price, Side
from calculations.nav.valuation_point import ValuationPoint

_KIND = {"CASH": "CASH", "UNREALISED": "DERIVATIVE"}
_STATED_AMOUNTS = ("accrued_income", "unrealised_value", "local_value", "base_value", "amortised_cost")


def position_lines(
    positions: Iterable[Position],
    currency: str,
    prices: PricesOf,
    quotes: Quotes,
    point: ValuationPoint,
    policy: Policy,
) -> tuple[NavLine, ...]:
    """One line per class, instrument and leg; lots are added before anything is rounded.

    Lines come in the order of their ids, whatever the order of the positions. What cannot be valued is a line without
    amounts and with a reason. `currency` is the product's. Source: nav 2 (M-FUND), 5 (HOLDINGS_DUP).
    """
    by_line: dict[str, list[Position]] = {}
    for position in positions:
        by_line.setdefault(_line_id(position), []).append(position)
    with precise():
        return tuple(
            _line(line_id, lots if len(lots) == 1 else sorted(lots, key=repr), currency, prices, quotes, point, policy)
            for line_id, lots in sorted(by_line.items())
        )


def _line_id(position: Position) -> str:
    return f"position/{position.share_class_id or ''}/{position.instrument_id}/{position.leg}"


def _line(
    line_id: str,
    lots: Sequence[Position],
    currency: str,
    prices: PricesOf,
    quotes: Quotes,
    point: ValuationPoint,
    policy: Policy,
) -> NavLine:
    first = lots[0]
    fields: dict[str, Any] = {"side": None, "currency": first.currency, "amount": None, "base_amount": None}
    try:
        position = _added_up(lots)
        fields["quantity"] = position.quantity
        if position.method == "PRICED":
            local = _priced(fields, position, prices, point, policy)
            if local is not None:
                _add_worth(fields, local, fields["currency"], currency, quotes, point, policy)
        elif position.method == "STATED" and position.base_value is not None:
            fields |= _in_base(position, currency)
        else:
            _add_worth(fields, _stated_amount(position), first.currency, currency, quotes, point, policy)
    except Unavailable as unknown:
        fields |= {"reason": unknown.reason, "detail": unknown.detail}
    return NavLine(  # made once: a frozen line costs as much as all of its arithmetic
        line_id=line_id,
        kind=_KIND.get(first.method, "POSITION"),
        share_class_id=first.share_class_id,
        instrument_id=first.instrument_id,
        leg=first.leg,
        lot_ids=(first.lot_id,) if len(lots) == 1 else tuple(sorted(lot.lot_id for lot in lots)),
        method=first.method,
        fair_value_level=first.fair_value_level,
        **fields,
    )


def converted(
    line: NavLine, local: Decimal, currency: str, quotes: Quotes, point: ValuationPoint, policy: Policy
) -> NavLine:
    """`line` with its amount, and that in the product's `currency`; `local` is unrounded and signed.

    Where no rate can be used, the local amount is kept and `base_amount` is None with the reason.
    """
    assert line.currency is not None
    with precise():
        fields: dict[str, Any] = {}
        _add_worth(fields, local, line.currency, currency, quotes, point, policy)
        return line._replace(**(fields | {"side": line.side or fields["side"]}))


def _add_worth(
    fields: dict[str, Any],
    local: Decimal,
    held: str,
    currency: str,
    quotes: Quotes,
    point: ValuationPoint,
    policy: Policy,
) -> None:
    """Say in `fields` of a line what an amount is worth, in its own currency and in the product's; inside `precise`."""
    fields["amount"] = amount = stored(local)
    fields["side"] = _side(local)
    if held == currency:
        fields["base_amount"] = amount
        return
    rate = exchange_rate(held, currency, quotes, point, policy)
    fields |= {"fx_rate": rate.rate, "fx_as_of": rate.as_of, "fx_quotes": rate.quotes}
    if rate.reason is not None or rate.rate is None:
        fields |= {"reason": rate.reason, "detail": rate.detail}
    else:
        fields["base_amount"] = stored(local * rate.rate)


def _side(amount: Decimal) -> Side:
    return "LIABILITY" if amount < 0 else "ASSET"


def _added_up(lots: Sequence[Position]) -> Position:
    first = lots[0]
    if len(lots) > 1:
        _require_one_line(lots)
    for lot in lots:
        if lot.quantity and (lot.quantity < 0) != (lot.leg == "SHORT"):
            raise Unavailable(
                "DOMAIN",
                f"{first.instrument_id} {first.leg}: quantity must be negative if and only if short, found {lot.quantity}",
            )
    if len(lots) == 1:
        return first
    sums = {name: _sum_or_none([getattr(lot, name) for lot in lots]) for name in _STATED_AMOUNTS}
    return replace(first, quantity=sum((lot.quantity for lot in lots), Decimal(0)), **sums)  # type: ignore[arg-type]


def _require_one_line(lots: Sequence[Position]) -> None:
    """Raises Unavailable for a lot that is given twice, and for lots whose terms differ."""
    where = f"{lots[0].instrument_id} {lots[0].leg}"
    if len({lot.lot_id for lot in lots}) < len(lots):
        raise Unavailable(
            "DUPLICATE_INPUT", f"{where}: each lot must be given once, found {len(lots)} with repeated ids"
        )
    if len({_terms(lot) for lot in lots}) > 1:
        raise Unavailable(
            "UNIT_MISMATCH", f"{where}: the lots of one line must have the same terms, found different ones"
        )


def _terms(lot: Position) -> Position:
    """The lot without what differs between the lots of one line."""
    return replace(lot, lot_id="", quantity=Decimal(0), **dict.fromkeys(_STATED_AMOUNTS))  # type: ignore[arg-type]


def _sum_or_none(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def _stated_amount(position: Position) -> Decimal:
    name = {
        "CASH": "quantity",
        "UNREALISED": "unrealised_value",
        "STATED": "local_value",
        "AMORTISED_COST": "amortised_cost",
    }[position.method]
    amount: Decimal | None = getattr(position, name)
    if amount is None:
        wanted = "base_value or local_value" if position.method == "STATED" else name
        raise Unavailable(
            "MISSING_VALUE", f"{position.instrument_id} {position.leg}: {wanted} must be stated, found none"
        )
    return amount


def _in_base(position: Position, currency: str) -> dict[str, Any]:
    """A value stated in the product's currency is taken as it is: no price and no rate of ours is in it."""
    assert position.base_value is not None
    base = stored(position.base_value)
    worth: dict[str, Any] = {"side": _side(position.base_value), "base_amount": base}
    if position.currency == currency or position.local_value is None:
        return worth | {"currency": currency, "amount": base}
    return worth | {"amount": stored(position.local_value)}


def _priced(
    fields: dict[str, Any], position: Position, prices: PricesOf, point: ValuationPoint, policy: Policy
) -> Decimal | None:
    """The unrounded value in the price's currency (pounds for a price in pence); the price goes into `fields`.

    None where the price must not be used, which `fields` then say why. Raises Unavailable where it does not fit.
    """
    choice = prices.choice(position, point, policy)
    price = choice.price
    if choice.reason is not None:
        fields |= {"reason": choice.reason, "detail": choice.detail}
    if price is None:
        return None
    basis = price.quote_basis or position.quote_basis
    currency, factor = MINOR_QUOTES.get(price.currency, (price.currency, Decimal(1)))
    fields["currency"] = currency
    fields["contract_size"] = position.contract_size
    fields["quote_basis"] = basis
    fields["price"] = price.price
    fields["price_type"] = price.price_type
    fields["price_currency"] = price.currency
    fields["price_source"] = price.source
    fields["price_as_of"] = price.as_of
    fields["price_approval_id"] = price.approval_id
    if choice.reason is not None:
        return None
    units = position.quantity * position.contract_size
    accrued = _accrued(position, price, units, currency, point)
    value = units * price.price * factor * _per_unit(basis, position) + accrued
    fields["accrued_amount"] = stored(accrued) if price.price_type == "CLEAN" else None
    return value


def _per_unit(basis: str, position: Position) -> Decimal:
    if basis == "PER_UNIT":
        return Decimal(1)
    if basis == "PER_100":
        return Decimal("0.01")
    # A yield or a discount is turned into a price by the bond's formulas, before the strike, and given as CLEAN or DIRTY.
    raise Unavailable(
        "UNSUPPORTED_CONVENTION", f"{position.instrument_id}: quote basis must be PER_UNIT or PER_100, found {basis}"
    )


def _accrued(position: Position, price: Price, units: Decimal, currency: str, point: ValuationPoint) -> Decimal:
    """Accrued interest beside a clean price, in the price's currency: from the bond's terms, else as stated."""
    if price.price_type != "CLEAN" or position.is_non_accrual:
        return Decimal(0)
    if (price.quote_basis or position.quote_basis) != "PER_100":
        raise Unavailable("UNIT_MISMATCH", f"{position.instrument_id}: a clean price must be quoted per 100 of face")
    if position.bond is not None:
        return units * accrued_per_100(position.bond, point.date) / 100
    if position.accrued_income is None:
        raise Unavailable(
            "MISSING_ACCRUED_INCOME",
            f"{position.instrument_id}: a clean price needs bond terms or accrued income, found neither",
        )
    if position.currency != currency:
        raise Unavailable(
            "UNIT_MISMATCH", f"{position.instrument_id}: accrued in {position.currency}, price in {price.currency}"
        )
    return position.accrued_income
