"""Rules on exchange rates against one another and against the day before. Missing and stale rates are judged in reasons."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from calculations.nav.market import RateSeries
from calculations.nav.rates import conversions
from calculations.nav.series import Series
from calculations.nav.terms import Rate
from calculations.nav.validation.case import Case
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def triangles_close(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """Every way to a currency in use gives the same rate within the limit."""
    broken, judged = [], 0
    for held in sorted({line.currency for line in case.strike.lines if line.currency} - {case.strike.currency}):
        ways = [
            each
            for each in conversions(held, case.strike.currency, case.quotes, case.point, case.policy)
            if each.reason is None and each.rate is not None
        ]
        if len(ways) < 2:
            continue
        judged += 1
        known = [way.rate for way in ways if way.rate is not None]
        gap = max(known) / min(known) - 1
        if gap > rule.threshold:
            quotes = sorted({_said(quote) for way in ways for quote in way.quotes})
            broken.append(
                rule.verdict(
                    False, f"{held}/{case.strike.currency}", gap, scope="line", threshold=rule.threshold,
                    detail=f"{held} is worth {min(known)} to {max(known)} {case.strike.currency}", evidence=tuple(quotes),
                )
            )  # fmt: skip
    return rule.on_lines(case.product_id, broken, judged, "currencies with several rates")


def rates_move_within_limit(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """No rate in use has moved by more than the limit since its source's last one of an earlier day."""
    history: Series[Rate, RateSeries] = case.needed("rate_history")
    broken, judged = [], 0
    for quote in _in_use(case).values():
        before = _before(quote, history, case)
        if before is None or before.rate <= 0:
            continue
        if (case.day - case.point.day_of(before.as_of)).days > rule.parameters["days_apart"]:
            continue
        judged += 1
        change = abs(quote.rate / before.rate - 1)
        if change > rule.threshold:
            broken.append(
                rule.verdict(
                    False, f"{quote.base_currency}/{quote.quote_currency}", change, scope="line",
                    threshold=rule.threshold, detail=f"{quote.rate} after {before.rate}",
                    evidence=(_said(quote), _said(before)),
                )
            )  # fmt: skip
    return rule.on_lines(case.product_id, broken, judged, "rates with one before")


def _in_use(case: Case) -> Mapping[tuple[str, str, str], Rate]:
    made = [line.fx_quotes for line in case.strike.lines if line.fx_quotes]
    made += [nav.fx_quotes for nav in case.strike.classes if nav.fx_quotes]
    return {(q.base_currency, q.quote_currency, q.source): q for quotes in made for q in quotes}


def _before(quote: Rate, history: Series[Rate, RateSeries], case: Case) -> Rate | None:
    instants, rates = history.series.get((quote.base_currency, quote.quote_currency, quote.source), ([], []))
    day = case.point.day_of(quote.as_of)
    at = bisect_left(instants, case.point.instant_of(quote.as_of)) - 1
    while at >= 0 and case.point.day_of(instants[at]) >= day:
        at -= 1
    return rates[at] if at >= 0 else None


def _said(quote: Rate) -> str:
    return f"rate {quote.base_currency}/{quote.quote_currency} {quote.as_of.isoformat()} {quote.source} {quote.rate}"


PREDICATES = {"FX_TRIANGLE": triangles_close, "FX_TOLERANCE": rates_move_within_limit}
