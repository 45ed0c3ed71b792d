"""Accounts, trades and currencies beside a pool, one scenario at a time in plain Python. How loans pay is in `collateral`.

Source: clo-extensions 3.2, 3.5, 3.6; clo-collateral-engine 4.5, 4.7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.reference.collateral_roll_up import Period


def fund(account: float, draw: float, unfunded: float, principal: float, refill: float) -> dict[str, float]:
    """3.2: the account pays draws, then principal does; repayments refill it up to Z, and what is above Z is released."""
    from_account = min(draw, account)
    from_principal = min(draw - from_account, max(principal, 0.0))
    shortfall = draw - from_account - from_principal
    committed = unfunded + shortfall  # what is not drawn may still be
    held = account - from_account
    refilled = min(refill, max(committed - held, 0.0))
    released = max(held + refilled - committed, 0.0)
    held += refilled - released
    return {
        "account": held,
        "from_principal": from_principal,
        "shortfall": shortfall,
        "refilled": refilled,
        "released": released,
        "counted": min(committed, held),
    }


@dataclass
class Smoothing:
    """3.6: parts of interest by the period that releases them."""

    periods: int
    held: list[tuple[int, float]] = field(default_factory=list)

    def settle(self, period: int, received: Mapping[int, float], *, releases_all: bool) -> tuple[float, float]:
        """Into the account and out of it: I (ν − 1)/ν of interest that spans ν periods, in equal parts over ν − 1."""
        is_over = releases_all or period == self.periods
        out = sum(part for due, part in self.held if is_over or due <= period)
        self.held = [] if is_over else [(due, part) for due, part in self.held if due > period]
        into = 0.0
        for spans, interest in received.items():
            if not is_over:
                parts = [(min(period + step, self.periods), interest / spans) for step in range(1, spans)]
                self.held += parts
                into += sum(part for _, part in parts)
        return into, out

    @property
    def balance(self) -> float:
        return sum(part for _, part in self.held)


def liquidate(performing: float, defaulted: float, defaulted_value: float, price: float) -> tuple[float, float]:
    """4.5: cash λ·endB + endY, and extra loss (1 − λ)·endB + (endX − endY)."""
    return price * performing + defaulted_value, (1 - price) * performing + (defaulted - defaulted_value)


def buy(par: float, price: float, held: float, cash: float) -> tuple[float, float]:
    """4.7: par held and cash afterwards; the price in percent; no more than the cash pays for."""
    cost = price / 100 * par
    if cost > max(cash, 0.0):
        par, cost = max(cash, 0.0) / (price / 100), max(cash, 0.0)
    return held + par, cash - cost


def sell(par: float, price: float, held: float, cash: float) -> tuple[float, float]:
    """4.7: par held and cash afterwards; a rest of one unit is gone."""
    par = min(par, held)
    rest = held - par
    return (0.0 if abs(rest) <= 1 else rest), cash + price / 100 * par


def hedged(foreign: Sequence[Period], rate: float, ratio: float, spot: Sequence[float]) -> dict[str, list[float]]:
    """3.5 in base currency from an asset's periods in its own, projected at the base leg's coupon.

    `spot` is e_t at the start and at the end of each period. Interest, principal and performing par are at e_h, what has
    defaulted at e_t; the hedge of D is closed out for D (e_h − e_t).
    """
    found: dict[str, list[float]] = {}
    count = len(foreign) - 1
    for name in ("interest", "scheduled", "unscheduled", "defaults"):
        found[name] = [ratio * rate * getattr(foreign[i], name) for i in range(count)]
    for name in ("recoveries", "net_loss", "default_value"):
        found[name] = [ratio * spot[i + 1] * getattr(foreign[i], name) for i in range(count)]
    found["performing"] = [ratio * rate * period.performing for period in foreign]
    for name in ("defaulted", "defaulted_value"):
        found[name] = [ratio * now * getattr(period, name) for now, period in zip(spot, foreign, strict=True)]
    found["close_out"] = [ratio * foreign[i].defaults * (rate - spot[i + 1]) for i in range(count)]
    return found


def unhedged(foreign: Sequence[Period], ratio: float, spot: Sequence[float], haircut: float) -> dict[str, list[float]]:
    """3.5: the rest at e_t, performing par less the haircut."""
    rest, count = 1 - ratio, len(foreign) - 1
    found = {
        name: [rest * spot[i + 1] * getattr(foreign[i], name) for i in range(count)]
        for name in (
            *("interest", "scheduled", "unscheduled", "defaults"),
            *("recoveries", "net_loss", "default_value"),
        )
    }
    for name, kept in (("performing", 1 - haircut), ("defaulted", 1.0), ("defaulted_value", 1.0)):
        found[name] = [rest * now * kept * getattr(period, name) for now, period in zip(spot, foreign, strict=True)]
    return found
