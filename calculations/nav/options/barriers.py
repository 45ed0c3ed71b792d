"""Calls and puts that begin or end when a barrier is touched: at any time, or only at the payoff. No rebates.

Whether a barrier has been touched already is for who keeps its history: what is valued here has not been.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from calculations.nav.numbers import precise
from calculations.nav.options.normal import normal_distribution
from calculations.nav.options.vanilla import Lognormal, call, call_above, d1_d2, put, put_below
from calculations.nav.results import Unavailable

Kind = Literal["CALL", "PUT"]
BarrierType = Literal["DOWN_IN", "DOWN_OUT", "UP_IN", "UP_OUT"]


def is_touched(level: Decimal, barrier: Decimal, barrier_type: str) -> bool:
    """Whether a level seen touches the barrier, which is at or beyond it."""
    return level <= barrier if barrier_type.startswith("DOWN") else level >= barrier


def at_payoff(model: Lognormal, kind: Kind, strike: Decimal, barrier: Decimal, barrier_type: BarrierType) -> Decimal:
    """A barrier that is looked at once, on the day of the payoff, unrounded. Raises Unavailable DOMAIN."""
    with precise():
        if kind == "CALL":
            whole, beyond = call(model, strike), call_above(model, strike, max(strike, barrier))
            is_above = True
        else:
            whole, beyond = put(model, strike), put_below(model, strike, min(strike, barrier))
            is_above = False
        # `beyond` is the part of the payoff on the far side of the barrier, as the option's own gain sees it
        is_wanted = barrier_type in (("UP_IN", "DOWN_OUT") if is_above else ("DOWN_IN", "UP_OUT"))
        return beyond if is_wanted else whole - beyond


def at_any_time(model: Lognormal, kind: Kind, strike: Decimal, barrier: Decimal, barrier_type: BarrierType) -> Decimal:
    """A barrier that counts at every instant until the payoff, unrounded; the spot must not be beyond it.

    Raises Unavailable DOMAIN, CORP_ACTION for a spot that touches the barrier. Source: nav 2 (M-STR); M. Rubinstein and
    E. Reiner, Breaking Down the Barriers, Risk 4 (1991).
    """
    if is_touched(model.spot, barrier, barrier_type):
        raise Unavailable("CORP_ACTION", f"the spot {model.spot} has touched the barrier {barrier} {barrier_type}")
    whole = call(model, strike) if kind == "CALL" else put(model, strike)
    begins = _begins(model, kind, strike, barrier, "DOWN" if barrier_type.startswith("DOWN") else "UP")
    with precise():
        return begins if barrier_type.endswith("IN") else whole - begins


def _begins(model: Lognormal, kind: Kind, strike: Decimal, barrier: Decimal, side: str) -> Decimal:
    """The option that begins at the barrier, of four parts: the whole, the part beyond the barrier, and both reflected."""
    sign = 1 if kind == "CALL" else -1
    turn = 1 if side == "DOWN" else -1
    whole = _part(model, sign, strike, strike, sign)
    beyond = _part(model, sign, strike, barrier, sign)
    reflected = _reflected(model, sign, strike, barrier, strike, turn)
    reflected_beyond = _reflected(model, sign, strike, barrier, barrier, turn)
    with precise():
        if (kind == "CALL") == (side == "DOWN"):
            # towards the strike of a call from below, of a put from above
            is_simple = strike > barrier if kind == "CALL" else strike < barrier
            return reflected if is_simple else whole - beyond + reflected_beyond
        is_whole = strike >= barrier if kind == "CALL" else strike <= barrier
        return whole if is_whole else beyond - reflected + reflected_beyond


def _part(model: Lognormal, sign: int, strike: Decimal, level: Decimal, turn: int) -> Decimal:
    d1, d2 = d1_d2(model, level)
    with precise():
        share = model.carried_spot * normal_distribution(turn * d1)
        return sign * (share - strike * model.discount * normal_distribution(turn * d2))


def _reflected(model: Lognormal, sign: int, strike: Decimal, barrier: Decimal, level: Decimal, turn: int) -> Decimal:
    """The part of paths reflected in the barrier: a spot of barrier^2 / spot, weighted by the drift."""
    with precise():
        mirror = Lognormal(barrier * barrier / model.spot, model.rate, model.dividend, model.volatility, model.years)
        d1, d2 = d1_d2(mirror, level)
        weight = 2 * ((model.rate - model.dividend) / model.volatility**2 - Decimal("0.5"))
        odds = (barrier / model.spot).ln()
        share = model.carried_spot * ((weight + 2) * odds).exp() * normal_distribution(turn * d1)
        money = strike * model.discount * (weight * odds).exp() * normal_distribution(turn * d2)
        return sign * (share - money)
