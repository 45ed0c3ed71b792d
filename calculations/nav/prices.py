"""Which price values a position: by cut-off, price type, source and age. The value itself is made in positions.

A price that is too old or not above zero is still returned, with the reason why it must not be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from calculations.nav.rates import source_priority
from calculations.nav.results import Reason
from calculations.nav.terms import Policy, Position, Price, QuoteBasis
from calculations.nav.valuation_point import AgeLimit, ValuationPoint

BOND_PRICE_TYPES = ("CLEAN", "DIRTY")
LAST_GOOD_LEVEL = 5
OVERRIDE_LEVEL = 6


@dataclass(frozen=True, slots=True)
class PriceChoice:
    """The price taken; with a `reason` it must not be used and may be None."""

    price: Price | None
    reason: Reason | None = None
    detail: str | None = None


class PricesOf:
    """The prices of each instrument that can matter at a point, in no order, and the choices already made of them.

    They are those of one point and one policy: whoever holds an instrument asks for the same price. `find` gives the
    prices of an instrument.
    """

    def __init__(self, find: Callable[[str], Sequence[Price]]) -> None:
        self.of = find
        self._made: dict[tuple[str, str, QuoteBasis, AgeLimit | None], PriceChoice] = {}

    def choice(self, position: Position, point: ValuationPoint, policy: Policy) -> PriceChoice:
        """The price of `position`. Raises as `choose_price`."""
        asked = (position.instrument_id, position.instrument_type, position.quote_basis, position.price_age_limit)
        made = self._made.get(asked)
        if made is None:
            prices = self.of(position.instrument_id)
            made = self._made[asked] = choose_price(position, prices, point, policy)
        return made

    def beside(self, listed: Iterable[Price]) -> PricesOf:
        """These prices and those that a list of positions states, which only who lists them sees."""
        own = _by_instrument(listed)
        return _Listed(self, own) if own else self


class _Listed(PricesOf):
    """Prices of a list beside those that all see; what is not on the list is chosen once for all."""

    def __init__(self, shared: PricesOf, own: Mapping[str, Sequence[Price]]) -> None:
        super().__init__(lambda instrument_id: (*shared.of(instrument_id), *own.get(instrument_id, ())))
        self._shared, self._own = shared, own

    def choice(self, position: Position, point: ValuationPoint, policy: Policy) -> PriceChoice:
        if position.instrument_id in self._own:
            return super().choice(position, point, policy)
        return self._shared.choice(position, point, policy)


def prices_of(prices: Iterable[Price] | PricesOf) -> PricesOf:
    """Prices by their instrument."""
    if isinstance(prices, PricesOf):
        return prices
    found = _by_instrument(prices)
    return PricesOf(lambda instrument_id: found.get(instrument_id, ()))


def _by_instrument(prices: Iterable[Price]) -> Mapping[str, Sequence[Price]]:
    found: dict[str, list[Price]] = {}
    for price in prices:
        found.setdefault(price.instrument_id, []).append(price)
    return found


def choose_price(position: Position, prices: Sequence[Price], point: ValuationPoint, policy: Policy) -> PriceChoice:
    """The price of `position` at the cut-off, out of the prices of its instrument.

    Hierarchy: of the valuation day, the official primary price, then secondary, then evaluated or broker, then
    model; then the last good price inside the age limit; then an approved override. Within a level the price type,
    the source's priority and the latest instant decide. A bond is priced CLEAN or DIRTY, all else is UNIT_MISMATCH.
    Raises ValueError for a source the policy does not know. Source: nav 3, input-contracts 4.2 (Prices).
    """
    limit = position.price_age_limit or policy.price_age_limits.get(position.instrument_type)
    if limit is None:
        return PriceChoice(
            None, "UNKNOWN_SUBTYPE", f"{position.instrument_id}: no age limit for type {position.instrument_type!r}"
        )
    known = [price for price in prices if point.includes(price.as_of) and _is_admissible(price, point)]
    types = _price_types(position, policy)
    candidates = [price for price in known if price.price_type in types]
    if not candidates:
        return _nothing(position, known, types, point)

    def rank(price: Price) -> tuple[int, int, int, int, str, float]:
        return (
            _level(price, point, policy),
            -point.day_of(price.as_of).toordinal(),
            types.index(price.price_type),
            source_priority(price.source, policy),
            price.source,
            -point.instant_of(price.as_of).timestamp(),
        )

    fresh = [price for price in candidates if not point.is_older(price.as_of, limit)]
    if len(candidates) == 1:
        source_priority(candidates[0].source, policy)
        return _judged(candidates, is_fresh=bool(fresh), limit=limit, point=point)
    ranks = [(rank(price), price) for price in fresh or candidates]
    best = min(key for key, _ in ranks)
    chosen = [price for key, price in ranks if key == best]
    return _judged(chosen, is_fresh=bool(fresh), limit=limit, point=point)


def _is_admissible(price: Price, point: ValuationPoint) -> bool:
    """Not expired; an override only with approval and reason; a broker price only from two quotes or more."""
    if price.valid_until is not None and point.instant_of(price.valid_until) < point.cutoff:
        return False
    if price.price_type == "OVERRIDE":
        return price.approval_id is not None and price.reason is not None
    return price.price_type != "BROKER" or (price.sample_count or 0) >= 2


def _price_types(position: Position, policy: Policy) -> tuple[str, ...]:
    if position.quote_basis == "PER_100":
        return BOND_PRICE_TYPES
    first = policy.first_price_type.get(position.instrument_type)
    types = policy.price_types
    return types if first is None else (first, *(each for each in types if each != first))


def _level(price: Price, point: ValuationPoint, policy: Policy) -> int:
    source_priority(price.source, policy)
    level = max(policy.price_levels[price.price_type], policy.sources[price.source].level)
    if level >= OVERRIDE_LEVEL or point.is_same_business_day(price.as_of):
        return level
    return LAST_GOOD_LEVEL


def _nothing(position: Position, known: Sequence[Price], types: tuple[str, ...], point: ValuationPoint) -> PriceChoice:
    found = ", ".join(sorted({price.price_type for price in known})) or "none"
    detail = (
        f"{position.instrument_id}: expected a price {', '.join(types)} at {point.cutoff.isoformat()}, found {found}"
    )
    wrong_type = position.quote_basis == "PER_100" and known
    return PriceChoice(None, "UNIT_MISMATCH" if wrong_type else "MISSING_PRICE", detail)


def _judged(chosen: Sequence[Price], *, is_fresh: bool, limit: AgeLimit, point: ValuationPoint) -> PriceChoice:
    price = min(chosen, key=lambda each: each.price) if len(chosen) > 1 else chosen[0]
    if len(chosen) > 1 and len({(each.price, each.currency, each.quote_basis) for each in chosen}) > 1:
        detail = f"{_where(price)} is given more than once, with different prices"
        return PriceChoice(price, "DUPLICATE_INPUT", detail)
    if not is_fresh:
        age = f"{limit.count} {limit.unit.lower().replace('_', ' ')}"
        return PriceChoice(price, "STALE_PRICE", f"{_where(price)} is older than {age} on {point.date}")
    if price.price <= 0 and not price.allow_non_positive:
        return PriceChoice(price, "NON_POSITIVE_PRICE", f"{_where(price)} must be above zero, found {price.price}")
    return PriceChoice(price)


def _where(price: Price) -> str:
    return f"{price.instrument_id}: {price.price_type} of {price.as_of.isoformat()} from {price.source}"
