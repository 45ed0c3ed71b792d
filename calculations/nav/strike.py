"""The holdings-based NAV strike: positions, accruals and classes put together at one valuation point. No I/O.

Valuing a position, choosing a price or a rate and the rules that judge a strike are in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from calculations.nav.accruals import Bases, accrual_lines
from calculations.nav.classes import class_amounts, class_navs, implied_class, sum_of_lines
from calculations.nav.fingerprint import inputs_hash
from calculations.nav.numbers import precise
from calculations.nav.positions import position_lines
from calculations.nav.prices import PricesOf, prices_of
from calculations.nav.rates import Quotes, in_force
from calculations.nav.results import ClassNav, Failure, Measure, NavLine, Strike, Unavailable, Valuation
from calculations.nav.swing import swung_classes
from calculations.nav.terms import Accrual, DealtOrder, Policy, Position, Price, ProductTerms, Rate, ShareClass
from calculations.nav.valuation_point import ValuationPoint

BY_HOLDINGS = Valuation(method="HOLDINGS/1", measurement_basis="FAIR_VALUE")


def strike(
    product: ProductTerms,
    point: ValuationPoint,
    positions: Iterable[Position],
    prices: Iterable[Price] | PricesOf,
    rates: Iterable[Rate],
    policy: Policy,
    accruals: Iterable[Accrual] = (),
    classes: Sequence[ShareClass] = (),
    valuation: Valuation | None = None,
    dealt: Sequence[DealtOrder] = (),
) -> Strike:
    """Net assets of `product` at `point` and the NAV per share of its classes, in Decimal at 50 digits.

    `valuation` is what the method of the product's type has valued beside `positions` and `accruals`; without one the
    product is worth what it holds. `dealt` are the orders that this strike prices: they are in none of its lines, and
    their net flow swings the classes that do.

    Lines are stored at 12 decimals and totals are their sums: net assets = total assets - total liabilities, and
    class net assets add up to them exactly. Amounts are in the product's currency unless they say otherwise. A
    product without `classes` has one implied class; a unit-less one has no shares and no NAV per share
    (NO_SHARES_REPORTED), which is no failure.

    A number that is not known (no price, stale rate, no basis ...) is None with its reason, and the strike is FAILED:
    never published, its failures say what is missing. Negative net assets are a value; the rules judge them.
    Raises ValueError for a source that the policy does not know and for an instant without a zone, TypeError for
    floats. Source: nav 2 (M-FUND, M-EQ, M-BOND), 3 and input-contracts 2.1.
    """
    made = valuation or BY_HOLDINGS
    held = list(positions)
    quotes = in_force(rates, point, policy)
    if made.shares_outstanding is not None:
        product = replace(product, shares_outstanding=made.shares_outstanding)
    struck_classes = list(classes) or [implied_class(product)]
    valued, lines = valued_and_accrued(
        product, point, held, prices, quotes, policy, accruals, struck_classes, made.lines
    )
    lines = (*lines, *_claimed(made, lines))
    lines = (*lines, *_claimed_of_classes(made, struck_classes, lines))
    product_failures = (*made.failures, *_product_failures(product, valued, struck_classes, lines))
    hold = Unavailable(product_failures[0].reason, product_failures[0].detail) if product_failures else None
    navs = class_navs(product, struck_classes, lines, quotes, point, policy, hold)
    failures = (*product_failures, *_line_failures(lines))
    whole = not failures
    net_assets = sum_of_lines(lines).amount if whole else None
    navs, capped = swung_classes(navs, struck_classes, dealt, product.currency, net_assets, quotes, point, policy)
    failures = (*failures, *_class_failures(navs))
    return Strike(
        product_id=product.product_id,
        valuation_date=point.date,
        cutoff=point.cutoff,
        currency=product.currency,
        method=made.method,
        status="FAILED" if failures else "STRUCK",
        lines=lines,
        classes=navs,
        failures=failures,
        total_assets=_total(lines, "ASSET") if whole else None,
        total_liabilities=_total(lines, "LIABILITY") if whole else None,
        net_assets=net_assets,
        reason=None if whole else failures[0].reason,
        fair_value_level=_level(valued),
        inputs_hash=inputs_hash(product, point, struck_classes, lines, made, dealt),
        measurement_basis=made.measurement_basis,
        measures=(*made.measures, *_measured(made, net_assets), *capped),
        assumptions=made.assumptions,
    )


def valued_and_accrued(
    product: ProductTerms,
    point: ValuationPoint,
    positions: Iterable[Position],
    prices: Iterable[Price] | PricesOf,
    quotes: Quotes,
    policy: Policy,
    accruals: Iterable[Accrual],
    classes: Sequence[ShareClass],
    made: Sequence[NavLine] = (),
) -> tuple[tuple[NavLine, ...], tuple[NavLine, ...]]:
    """The lines of positions beside those that a method has `made`, and the same with those of the accruals after them."""
    priced = position_lines(positions, product.currency, prices_of(prices), quotes, point, policy)
    valued = (*priced, *made)
    bases = Bases(
        currency=product.currency,
        previous_net_assets=product.previous_net_assets,
        gross_value=_gross_value(priced, made),
        opening_by_class={each.share_class_id: each.opening_net_assets for each in classes},
    )
    return valued, (*valued, *accrual_lines(accruals, bases, quotes, point, policy))


def _gross_value(priced: Sequence[NavLine], made: Sequence[NavLine]) -> Decimal | None:
    """What is priced or valued by the product's method, without cash; None where there is nothing or one has no value."""
    counted = [line for line in priced if line.method == "PRICED"] + [line for line in made if line.kind == "POSITION"]
    return sum_of_lines(counted).amount if counted else None


def _claimed(made: Valuation, lines: Sequence[NavLine]) -> tuple[NavLine, ...]:
    """The lines that depend on what the others come to; none where that is not known, which fails the strike anyway."""
    before = sum_of_lines(lines).amount
    return () if made.claims is None or made.failures or before is None else made.claims(before)


def _claimed_of_classes(made: Valuation, classes: Sequence[ShareClass], lines: Sequence[NavLine]) -> Iterable[NavLine]:
    """The lines of classes that depend on what each comes to; none where that is not known, which fails the strike."""
    if made.class_claims is None or made.failures:
        return
    for class_id, before in class_amounts(classes, lines).items():
        yield from made.class_claims(class_id, before)


def _measured(made: Valuation, net_assets: Decimal | None) -> tuple[Measure, ...]:
    """What is measured of the net assets; nothing where they are not known."""
    return () if made.outcomes is None or net_assets is None else made.outcomes(net_assets)


def _total(lines: Sequence[NavLine], side: str) -> Decimal:
    total = sum_of_lines([line for line in lines if line.side == side]).amount
    assert total is not None
    with precise():
        return -total if side == "LIABILITY" else total


def _level(lines: Sequence[NavLine]) -> int | None:
    """The lowest level in use (3 is the lowest); None where a position does not say. Cash has no level."""
    levels = [line.fair_value_level for line in lines if line.kind != "CASH"]
    known = [level for level in levels if level is not None]
    return max(known) if known and len(known) == len(levels) else None


def _product_failures(
    product: ProductTerms, valued: Sequence[NavLine], classes: Sequence[ShareClass], lines: Sequence[NavLine]
) -> Iterable[Failure]:
    if not valued:
        yield Failure("MISSING_HOLDINGS", "product", product.product_id, "expected at least one position, found none")
    known = {each.share_class_id for each in classes}
    for line in lines:
        if line.share_class_id is not None and line.share_class_id not in known:
            detail = f"{line.line_id}: share class must be one of {', '.join(sorted(known))}"
            yield Failure("UNKNOWN_SHARE_CLASS", "product", product.product_id, detail)


def _line_failures(lines: Sequence[NavLine]) -> Iterable[Failure]:
    for line in lines:
        if line.reason is not None:
            yield Failure(line.reason, "line", line.line_id, line.detail or "")


def _class_failures(navs: Sequence[ClassNav]) -> Iterable[Failure]:
    for nav in navs:
        if nav.reason is not None and nav.reason != "NO_SHARES_REPORTED":
            yield Failure(nav.reason, "class", nav.share_class_id, nav.detail or "")
