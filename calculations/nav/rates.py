"""Exchange rates for a strike: direct, inverse or crossed through a pivot, as known at the cut-off. No amounts.

A currency is never worth 1.0 by default: only an amount that is already in the wanted currency needs no rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.numbers import precise
from calculations.nav.results import Reason
from calculations.nav.terms import Policy, Rate
from calculations.nav.valuation_point import AsOf, ValuationPoint

# Currencies that only prices are quoted in: what they are a part of, and the factor. Source: input-contracts 2.1.
MINOR_QUOTES: Mapping[str, tuple[str, Decimal]] = {
    "GBX": ("GBP", Decimal("0.01")),
    "ZAC": ("ZAR", Decimal("0.01")),
    "ILA": ("ILS", Decimal("0.01")),
}


class Quotes(dict[tuple[str, str], Sequence[Rate]]):
    """The quotes in force by (base currency, quote currency), and the conversions already made of them.

    They are those of one point and one policy: every line in a currency asks for the same rate.
    """

    def __init__(self, quotes: Mapping[tuple[str, str], Sequence[Rate]]) -> None:
        super().__init__(quotes)
        self.made: dict[tuple[str, str], Conversion] = {}


class KnownRates(tuple[Rate, ...]):
    """Rates known at one instant, and the quotes in force among them once somebody has asked."""

    quotes: Quotes | None = None


@dataclass(frozen=True)
class Conversion:
    """`rate` units of the wanted currency for one held, unrounded, and the quotes it was made of.

    `as_of` is that of the older quote. With a `reason` the rate must not be used; a stale one is still shown.
    """

    rate: Decimal | None
    as_of: AsOf | None = None
    quotes: tuple[Rate, ...] = ()
    reason: Reason | None = None
    detail: str | None = None


def in_force(rates: Iterable[Rate], point: ValuationPoint, policy: Policy) -> Quotes:
    """The quote of each (base currency, quote currency) at the cut-off; more than one where they contradict.

    It is that of the latest day, of the first source by priority, at its latest instant. Raises ValueError for a
    source the policy does not know. Source: nav 3.
    """
    if isinstance(rates, KnownRates):
        if rates.quotes is None:
            rates.quotes = in_force(iter(rates), point, policy)
        return rates.quotes
    pairs: dict[tuple[str, str], list[Rate]] = {}
    for rate in rates:
        if point.includes(rate.as_of):
            pairs.setdefault((rate.base_currency, rate.quote_currency), []).append(rate)
    return Quotes({pair: _latest(known, point, policy) for pair, known in pairs.items()})


def exchange_rate(held: str, wanted: str, quotes: Quotes, point: ValuationPoint, policy: Policy) -> Conversion:
    """Units of `wanted` for one unit of `held` at the cut-off.

    Tried in order: the direct quote, the inverse of the opposite one, the cross through each pivot from either
    direction of each leg; the first that is not too old is taken. Reasons: MISSING_FX, STALE_FX, DUPLICATE_INPUT
    (one source gives two rates for one instant), DOMAIN (a rate that is not above zero). Source: nav 3, FX.
    """
    if held == wanted:
        return Conversion(rate=Decimal(1))
    made = quotes.made.get((held, wanted))
    if made is None:
        made = quotes.made[held, wanted] = _found(held, wanted, quotes, point, policy)
    return made


def _found(held: str, wanted: str, quotes: Quotes, point: ValuationPoint, policy: Policy) -> Conversion:
    stale: Conversion | None = None
    for conversion in conversions(held, wanted, quotes, point, policy):
        if conversion.reason != "STALE_FX":
            return conversion  # a quote that contradicts itself is not got round by another way
        stale = stale or conversion
    return stale or Conversion(
        rate=None,
        reason="MISSING_FX",
        detail=f"expected a rate {held} to {wanted} at {point.cutoff.isoformat()}, directly or through "
        f"{', '.join(policy.pivots)}; found none",
    )


def conversions(held: str, wanted: str, quotes: Quotes, point: ValuationPoint, policy: Policy) -> Iterator[Conversion]:
    """Every way from `held` to `wanted` that has quotes, in the order of `exchange_rate`; stale ones with a reason."""
    pairs: list[tuple[tuple[str, str], ...]] = [((held, wanted),)]
    pairs += [((held, pivot), (pivot, wanted)) for pivot in policy.pivots if pivot not in (held, wanted)]
    for legs in pairs:
        for path in _directions(legs):
            chosen = [quotes.get(pair, ()) for pair, _ in path]
            if all(chosen):
                yield _composed(
                    [(leg, inverted) for leg, (_, inverted) in zip(chosen, path, strict=True)], point, policy
                )


def _directions(legs: tuple[tuple[str, str], ...]) -> Iterator[list[tuple[tuple[str, str], bool]]]:
    """Each way to read the legs: the pair that is quoted, and whether it has to be inverted; as quoted goes first."""
    if not legs:
        yield []
        return
    (base, quote), *rest = legs
    for pair, inverted in (((base, quote), False), ((quote, base), True)):
        for tail in _directions(tuple(rest)):
            yield [(pair, inverted), *tail]


def _latest(known: Sequence[Rate], point: ValuationPoint, policy: Policy) -> list[Rate]:
    def rank(rate: Rate) -> tuple[int, int, str, float]:
        priority = source_priority(rate.source, policy)
        return (-point.day_of(rate.as_of).toordinal(), priority, rate.source, -point.instant_of(rate.as_of).timestamp())

    best = min(rank(rate) for rate in known)
    return sorted({rate for rate in known if rank(rate) == best}, key=lambda rate: rate.rate)


def source_priority(source: str, policy: Policy) -> int:
    """Rank of a source, 1 first. Raises ValueError for a source the policy does not know."""
    if source not in policy.sources:
        raise ValueError(f"source must be one of {', '.join(sorted(policy.sources))}; found {source!r}")
    return policy.sources[source].priority


def _composed(legs: Sequence[tuple[Sequence[Rate], bool]], point: ValuationPoint, policy: Policy) -> Conversion:
    used = tuple(rates[0] for rates, _ in legs)
    oldest = min((rate.as_of for rate in used), key=point.instant_of)
    shown = "; ".join(
        f"{rate.base_currency}/{rate.quote_currency} {rate.rate} of {rate.as_of.isoformat()} from {rate.source}"
        for rate in used
    )
    if any(len({rate.rate for rate in rates}) > 1 for rates, _ in legs):
        return Conversion(None, oldest, used, "DUPLICATE_INPUT", f"two rates for one pair, source and instant: {shown}")
    if any(rate.rate <= 0 for rate in used):
        return Conversion(None, oldest, used, "DOMAIN", f"exchange rates must be above zero: {shown}")
    with precise():
        above, below = Decimal(1), Decimal(1)
        for rates, inverted in legs:
            above, below = (above, below * rates[0].rate) if inverted else (above * rates[0].rate, below)
        rate = above / below
    if any(point.is_older(quote.as_of, policy.fx_age_limit) for quote in used):
        limit = f"{policy.fx_age_limit.count} {policy.fx_age_limit.unit.lower().replace('_', ' ')}"
        return Conversion(rate, oldest, used, "STALE_FX", f"older than {limit} on {point.date}: {shown}")
    return Conversion(rate, oldest, used)
