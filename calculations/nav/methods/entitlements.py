"""Positions and dividends of a product after the corporate actions since its list of positions. Source: nav 2 (M-EQ).

What an action makes of units is in corporate_actions; prices are chosen by the rules of every strike.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from calculations.nav.corporate_actions import (
    DETACHES,
    EXCHANGES,
    MOVES,
    TRADING,
    Carried,
    CorporateAction,
    carried,
    factor,
    halted_since,
)
from calculations.nav.lines_stated import stated_position
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise, times
from calculations.nav.prices import choose_price
from calculations.nav.receivables import CashDividend, dividend_receivable
from calculations.nav.results import NavLine, Unavailable
from calculations.nav.terms import Accrual, Position, Price

ActionsOf = Mapping[str, Sequence[CorporateAction]]

# what a committee or a model says of a share that does not trade; a quote of the market says nothing then
_COMMITTEE = ("FAIR_VALUE", "MODEL", "OVERRIDE")


@dataclass(frozen=True)
class Entitlements:
    """`lines` are the positions that an action has moved or halted; `positions` those left as they are listed."""

    lines: tuple[NavLine, ...]
    positions: tuple[Position, ...]
    accruals: tuple[Accrual, ...]


def entitlements(evidence: Evidence) -> Entitlements:
    """What the list of positions has become by the valuation day, and what is owed on it.

    The units of a price are those of its own day: a position listed before a split and priced after it has the new
    units, and one whose last good price is older than the split the old ones. What cannot be carried is a line with
    CORP_ACTION, MISSING_TERMS or DOMAIN. Returns of capital are receivable from their ex-date as dividends are.
    """
    actions = _actions(evidence)
    held = evidence.stated.held_on(evidence.day)
    listed = _list_day(held)
    own = evidence.product["instrument_id"]
    delisted = evidence.product["delisting_date"]
    if own and delisted:
        off = CorporateAction("delisting_date", own, "DELISTING", delisted)
        actions = {**actions, own: [*actions.get(own, ()), off]}
    touched = _touched({row["instrument_id"] for row in held}, actions)
    accruals = [*_kept(evidence, touched), *_income(evidence, actions, touched)]
    moved: list[NavLine] = []
    left, made = [], []
    for position in evidence.inputs.positions:
        if position.instrument_id not in touched or position.method != "PRICED" or listed is None:
            left.append(position)
            continue
        try:
            found, proceeds = _moved(evidence, position, actions, listed)
        except Unavailable as unknown:
            moved.append(_refused(evidence, position, unknown))
            continue
        made += found
        accruals += proceeds
    prices = [price for each in sorted({p.instrument_id for p in made}) for price in _prices(evidence, each, actions)]
    moved += [_levelled(line, evidence.day, actions) for line in evidence.position_lines(made, prices)]
    return Entitlements(tuple(moved), tuple(left), tuple(accruals))


def _actions(evidence: Evidence) -> ActionsOf:
    """The actions of each instrument in force by the valuation day, in the order of their days."""
    found: dict[str, list[CorporateAction]] = defaultdict(list)
    for row in evidence.stated.actions:
        if row["action_type"] not in (*MOVES, *TRADING, "RETURN_OF_CAPITAL"):
            continue
        takes_effect = row["effective_date"] if row["action_type"] in (*EXCHANGES, *TRADING) else None
        action = CorporateAction(
            action_id=row["action_id"],
            instrument_id=row["instrument_id"],
            action_type=row["action_type"],
            date=takes_effect or row["ex_date"],
            ratio_from=row["ratio_from"],
            ratio_to=row["ratio_to"],
            amount_per_unit=row["amount_per_unit"],
            currency=row["currency"],
            new_instrument_id=row["new_instrument_id"],
        )
        if action.date <= evidence.day:
            found[action.instrument_id].append(action)
    return {each: sorted(found[each], key=lambda action: (action.date, action.action_id)) for each in sorted(found)}


def _list_day(rows: Sequence[Row]) -> dt.date | None:
    day: dt.date | None = rows[0]["as_of_date"] if rows else None
    return day


def _touched(held: Iterable[str], actions: ActionsOf) -> set[str]:
    """The instruments held that an action is of, and all that those were exchanged for or gave."""
    reached: set[str] = set()
    waiting = {each for each in held if each in actions}
    while waiting:
        each = waiting.pop()
        reached.add(each)
        received = {a.new_instrument_id for a in actions.get(each, ()) if a.action_type in (*EXCHANGES, *DETACHES)}
        waiting |= {new for new in received if new is not None} - reached
    return reached


def _moved(
    evidence: Evidence, position: Position, actions: ActionsOf, listed: dt.date
) -> tuple[list[Position], list[Accrual]]:
    """The positions that a listed one has become, in the units of their prices, and the money paid for it."""
    day = evidence.day
    held, paid = carried(position.instrument_id, position.quantity, actions, listed, day)
    found = []
    for each in held:
        own = actions.get(each.instrument_id, ())
        became = _as_held(evidence, position, each)
        priced = _price_day(evidence, became, actions)
        since = [a for a in own if priced is not None and priced < a.date and a.action_type in DETACHES]
        detached = {a.action_id for a in since}
        if any(a.date <= listed for a in since):
            raise Unavailable(
                "CORP_ACTION",
                f"{each.instrument_id}: listed on {listed} without what {', '.join(sorted(detached))} gave; "
                f"expected a price from then on, found one of {priced}",
            )
        units = factor(own, day, priced) if priced is not None else Fraction(1)
        found.append((replace(became, quantity=times(became.quantity, units)), each, detached))
    # a price with the right still on it has the worth of what is given for it
    cum = {action for _, _, detached in found for action in detached}
    kept = [became for became, each, _ in found if not cum & set(each.by)]
    proceeds = [
        _stated(f"{cash.action_id}/{cash.instrument_id}/{position.leg}/{position.lot_id}", cash.amount, cash.currency)
        for cash in paid
    ]
    return kept, [replace(each, share_class_id=position.share_class_id) for each in proceeds]


def _as_held(evidence: Evidence, position: Position, each: Carried) -> Position:
    lot = "/".join(filter(None, (position.lot_id, *each.by)))
    became = replace(position, quantity=each.quantity, lot_id=lot if each.by else position.lot_id)
    if each.instrument_id == position.instrument_id:
        return became
    instrument = evidence.market.instruments.get(each.instrument_id)
    if instrument is None:
        raise Unavailable("CORP_ACTION", f"{each.instrument_id}: received for {position.instrument_id}, found no terms")
    return replace(
        became,
        instrument_id=each.instrument_id,
        currency=instrument["currency"],
        instrument_type=instrument["instrument_type"],
        quote_basis=instrument["quote_basis"] or "PER_UNIT",
        contract_size=instrument["contract_size"] or Decimal(1),
        accrued_income=None,
        bond=None,
    )


def _price_day(evidence: Evidence, position: Position, actions: ActionsOf) -> dt.date | None:
    """The day of the price that will value the position; None where there is none."""
    prices = _prices(evidence, position.instrument_id, actions)
    choice = choose_price(position, prices, evidence.point, evidence.policy)
    return None if choice.price is None else evidence.point.day_of(choice.price.as_of)


def _prices(evidence: Evidence, instrument_id: str, actions: ActionsOf) -> list[Price]:
    """What may price an instrument: while it does not trade, its quotes of before that, and what a committee says."""
    known = evidence.prices([instrument_id])
    since = halted_since(actions.get(instrument_id, ()), evidence.day)
    if since is None:
        return known
    eve = evidence.at(since - dt.timedelta(days=1))
    known = list(dict.fromkeys((*known, *evidence.market.prices_at([instrument_id], eve))))
    return [price for price in known if price.price_type in _COMMITTEE or evidence.point.day_of(price.as_of) < since]


def _levelled(line: NavLine, day: dt.date, actions: ActionsOf) -> NavLine:
    """While a share does not trade, a price of the committee is not observable. Source: nav 2 (M-EQ)."""
    is_halted = halted_since(actions.get(line.instrument_id or "", ()), day) is not None
    return replace(line, fair_value_level=3) if is_halted and line.price_type in _COMMITTEE else line


def _refused(evidence: Evidence, position: Position, unknown: Unavailable) -> NavLine:
    line_id = f"position/{position.share_class_id or ''}/{position.instrument_id}/{position.leg}/{position.lot_id}"
    return evidence.unknown_line(
        line_id,
        unknown,
        currency=position.currency,
        share_class_id=position.share_class_id,
        instrument_id=position.instrument_id,
        leg=position.leg,
        quantity=position.quantity,
        method=position.method,
    )


def _kept(evidence: Evidence, touched: set[str]) -> list[Accrual]:
    """The accruals but for dividends of instruments that an action has moved, which are reckoned anew."""
    dropped = {
        f"{dividend.action_id}/{each}/{leg}"
        for each in touched
        for dividend in evidence.market.dividends.get(each, ())
        for leg in ("LONG", "SHORT")
    }
    return [accrual for accrual in evidence.inputs.accruals if accrual.accrual_id not in dropped]


def _income(evidence: Evidence, actions: ActionsOf, touched: set[str]) -> Iterable[Accrual]:
    """Dividends and returns of capital on the instruments, by the units that were held when they went ex."""
    for each in sorted(touched):
        for income in (*evidence.market.dividends.get(each, ()), *_returns_of_capital(evidence, each)):
            quantity = _units_when_ex(evidence, each, income.ex_date, actions)
            owed = dividend_receivable(income, quantity, evidence.day) if quantity else None
            if owed is not None:
                yield owed


def _returns_of_capital(evidence: Evidence, instrument_id: str) -> Iterable[CashDividend]:
    for row in evidence.stated.actions:
        if row["action_type"] == "RETURN_OF_CAPITAL" and row["instrument_id"] == instrument_id:
            yield CashDividend(
                action_id=row["action_id"],
                instrument_id=instrument_id,
                ex_date=row["ex_date"],
                pay_date=row["pay_date"],
                amount_per_unit=evidence.required("amount_per_unit", row),
                currency=evidence.required("currency", row),
                withholding_rate=row["withholding_rate"] or Decimal(0),
            )


def _units_when_ex(evidence: Evidence, instrument_id: str, ex_date: dt.date, actions: ActionsOf) -> Decimal:
    """Units of the instrument at the end of the day before the ex-date, whatever list they stand on by then."""
    rows = evidence.stated.held_when_ex(ex_date)
    listed, eve = _list_day(rows), ex_date - dt.timedelta(days=1)
    units = Decimal(0)
    for position in (stated_position(row, evidence.stated.row, evidence.market) for row in rows):
        if listed is None or position.method == "CASH":
            continue
        if listed > eve:  # the books were opened later: only units can be reckoned back
            if position.instrument_id == instrument_id:
                part = times(position.quantity, factor(actions.get(instrument_id, ()), listed, eve))
                with precise():
                    units += part
            continue
        held, _ = carried(position.instrument_id, position.quantity, actions, listed, eve)
        with precise():
            units += sum((each.quantity for each in held if each.instrument_id == instrument_id), Decimal(0))
    return units


def _stated(accrual_id: str, amount: Decimal, currency: str) -> Accrual:
    return Accrual(
        accrual_id=accrual_id,
        kind="PAYABLE" if amount < 0 else "RECEIVABLE",
        side="LIABILITY" if amount < 0 else "ASSET",
        method="STATED",
        currency=currency,
        amount=amount.copy_abs(),
    )
