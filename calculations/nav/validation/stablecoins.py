"""Rules of stablecoins: the ratio of reserves to tokens and the market price against the peg. The method measures the ratio."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from calculations.nav.validation.case import Case
from calculations.nav.validation.price_history import PriceHistory
from calculations.nav.validation.reasons import lines_are_known
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def reserves_cover_tokens(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The ratios that the method measured for coins of the subtype, of the whole reserve or of each vault, are enough.

    A vault that states a minimum of its own is held against that one, as its health against 1.
    """
    subtype = case.product.subtype or ""
    limit = rule.limit(f"stablecoin/{subtype}")
    broken = [result for result in lines_are_known(case, rule) if result.outcome == "FAILED"]
    if limit is None:
        return broken or [rule.not_applicable(case.product_id, f"no reserve is promised ({subtype})", scope="product")]
    ratios = [measure for measure in case.strike.measures if measure.name in rule.codes[subtype]]
    if not ratios and not broken:
        wanted = ", ".join(rule.codes[subtype])
        return [rule.not_evaluated(case.product_id, f"expected a measure {wanted}; found none", scope="product")]
    own = {
        measure.subject_id: measure
        for measure in case.strike.measures
        if measure.name in rule.codes["own_minimum"] and measure.value is not None
    }
    for ratio in ratios:
        judged = own.get(ratio.subject_id, ratio) if subtype == "CRYPTO" else ratio
        least = limit if judged is ratio else Decimal(1)
        where = ratio.subject_id or case.product_id
        if judged.value is None:
            broken.append(rule.not_evaluated(where, f"{judged.name} not known ({judged.reason})", threshold=least))
        elif judged.value < least:
            detail = f"{judged.name} {judged.value:.6f}"
            broken.append(rule.verdict(False, where, judged.value, threshold=least, detail=detail))
    return rule.on_lines(case.product_id, broken, len(ratios), "ratios")


def market_price_is_near_peg(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The token's price of the day is within the limit of the peg; a token that no market prices has none."""
    if case.product.subtype == "COMMODITY":
        yield rule.not_applicable(case.product_id, "a coin of metal has no peg in money")
        return
    token, peg = case.term("instrument_id"), case.term("peg_value")
    if token is None:
        yield rule.not_applicable(case.product_id, "the token has no instrument that is priced")
        return
    prices: PriceHistory = case.needed("prices")
    found = next(
        (each for kind in ("MARKET", "CLOSE", "MID") if (each := prices.of_day(token, kind, case.point)) is not None),
        None,
    )
    if found is None or not peg:
        yield rule.not_evaluated(case.product_id, f"no market price of {token} on {case.day}, or no peg")
        return
    peg_currency = case.term("peg_currency")
    if found.currency != peg_currency:
        yield rule.not_evaluated(case.product_id, f"price in {found.currency}, peg in {peg_currency}")
        return
    gap = abs(found.price / Decimal(peg) - 1)
    detail = f"{found.price} {found.currency} against a peg of {peg}"
    evidence = (f"price {token} {found.price_type} {found.as_of.isoformat()} {found.source}",)
    yield rule.verdict(
        gap <= rule.threshold, case.product_id, gap, threshold=rule.threshold, detail=detail, evidence=evidence
    )


PREDICATES = {"STABLECOIN_COLLATERAL_RATIO": reserves_cover_tokens, "STABLECOIN_PEG": market_price_is_near_peg}
