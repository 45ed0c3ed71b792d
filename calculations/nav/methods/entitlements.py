"""Positions of a product after the corporate actions since its list of positions. Source: nav 2 (M-EQ).

What an action makes of units is in corporate_actions, what is owed on them in entitled_income; prices are chosen by the rules of every strike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from calculations.nav.corporate_actions import (
    DETACHES,
    EXCHANGES,
    Carried,
    CorporateAction,
    carried,
    factor,
    halted_since,
)
from calculations.nav.methods.actions import ActionsOf, actions_in_force, list_day
from calculations.nav.methods.entitled_income import accruals_entitled
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import times
from calculations.nav.prices import choose_price
from calculations.nav.results import NavLine, Unavailable
from calculations.nav.terms import Accrual, Position, Price

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
    actions = actions_in_force(evidence)
    held = evidence.stated.held_on(evidence.day)
    listed = list_day(held)
    actions = _with_delisting(evidence, actions)
    touched = _touched({row["instrument_id"] for row in held}, actions)
    accruals = accruals_entitled(evidence, actions, touched)
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


def _with_delisting(evidence: Evidence, actions: ActionsOf) -> ActionsOf:
    """A share that is a product of its own says on its own sheet when it left the market."""
    if evidence.stated.product_type != "equity":
        return actions
    own, date = evidence.product["instrument_id"], evidence.product["delisting_date"]
    if own is None or date is None or date > evidence.day:
        return actions
    return {**actions, own: [*actions.get(own, ()), CorporateAction("delisting_date", own, "DELISTING", date)]}


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
    of_it = actions.get(position.instrument_id, ())
    if any(each.action_type == "CALL" and listed < each.date for each in of_it):
        raise Unavailable(
            "CORP_ACTION", f"{position.instrument_id}: listed on {listed}, before it was called; expected a list since"
        )
    if any(each.action_type == "DEFAULT" for each in of_it):
        position = replace(position, is_non_accrual=True)
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
    known = list(dict.fromkeys(evidence.inputs.prices.of(instrument_id)))
    since = halted_since(actions.get(instrument_id, ()), evidence.day)
    if since is None:
        return known
    eve = evidence.at(since - dt.timedelta(days=1))
    known = list(dict.fromkeys((*known, *evidence.market.prices_until(instrument_id, eve))))
    return [price for price in known if price.price_type in _COMMITTEE or evidence.point.day_of(price.as_of) < since]


def _levelled(line: NavLine, day: dt.date, actions: ActionsOf) -> NavLine:
    """While a share does not trade, a price of the committee is not observable. Source: nav 2 (M-EQ)."""
    is_halted = halted_since(actions.get(line.instrument_id or "", ()), day) is not None
    return line._replace(fair_value_level=3) if is_halted and line.price_type in _COMMITTEE else line


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


def _stated(accrual_id: str, amount: Decimal, currency: str) -> Accrual:
    return Accrual(
        accrual_id=accrual_id,
        kind="PAYABLE" if amount < 0 else "RECEIVABLE",
        side="LIABILITY" if amount < 0 else "ASSET",
        method="STATED",
        currency=currency,
        amount=amount.copy_abs(),
    )
