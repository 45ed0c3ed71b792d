"""Every rule applied to a case. The register says which rules there are, the modules beside how each one judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from calculations.nav.numbers import precise
from calculations.nav.results import Strike
from calculations.nav.terms import Policy, ProductTerms, Rate, ShareClass
from calculations.nav.validation import (
    accruals,
    appraisals,
    benchmarks,
    classes,
    corporate_actions,
    dealing_days,
    fx,
    holdings,
    money_market,
    orders,
    prices,
    reasons,
    reconciliations,
    restatement,
    stablecoins,
    tenancy,
    totals,
)
from calculations.nav.validation.case import Case, Lacking
from calculations.nav.validation.rules import Rule, register
from calculations.nav.validation.verdicts import RuleResult, needs_two_approvers
from calculations.nav.valuation_point import ValuationPoint

Predicate = Callable[[Case, Rule], Iterable[RuleResult]]

PREDICATES: Mapping[str, Predicate] = MappingProxyType(
    {
        **totals.PREDICATES,
        **classes.PREDICATES,
        **reasons.PREDICATES,
        **fx.PREDICATES,
        **prices.PREDICATES,
        **holdings.PREDICATES,
        **reconciliations.PREDICATES,
        **accruals.PREDICATES,
        **corporate_actions.PREDICATES,
        **orders.PREDICATES,
        **benchmarks.PREDICATES,
        **appraisals.PREDICATES,
        **money_market.PREDICATES,
        **stablecoins.PREDICATES,
        **tenancy.PREDICATES,
        **dealing_days.PREDICATES,
        **restatement.PREDICATES,
    }
)


def judge(case: Case) -> tuple[RuleResult, ...]:
    """The verdict of every rule that is for products of the case's type, in the order of the register.

    A failed critical rule blocks the product and date; a failed warning wants a comment. A rule that applies and lacks
    evidence fails; where the case says why the evidence need not be there, it is NOT_APPLICABLE. Source: nav 5.
    """
    return _judged(case, register().rules)


def validate(
    strike: Strike,
    product: ProductTerms,
    point: ValuationPoint,
    rates: Iterable[Rate],
    policy: Policy,
    classes: Sequence[ShareClass] = (),
) -> tuple[RuleResult, ...]:
    """The verdicts of the rules that need nothing beside the strike and what it was made from.

    `strike` was made from the same product, point, rates, policy and classes. Source: nav 5.
    """
    case = Case(strike=strike, product=product, point=point, policy=policy, rates=tuple(rates), classes=classes)
    return _judged(case, [rule for rule in register().rules if not rule.needs])


def two_approvers_are_needed(results: Iterable[RuleResult]) -> bool:
    """Whether one approver is too few for a strike with these verdicts. Source: nav 5, 6."""
    return needs_two_approvers(results, register()["NAV_JUMP_MAX_PCT"].parameters["two_approvers_above"])


def _judged(case: Case, rules: Iterable[Rule]) -> tuple[RuleResult, ...]:
    results: list[RuleResult] = []
    with precise():
        for rule in rules:
            if not rule.covers(case.product):
                continue
            try:
                # a list, because a rule that lacks evidence must not leave half of its verdicts
                results += list(PREDICATES[rule.rule_code](case, rule))
            except Lacking as lacking:
                why = case.unkept.get(lacking.evidence)
                if why is not None:
                    results.append(rule.not_applicable(case.product_id, why, scope="product"))
                else:
                    results.append(rule.not_evaluated(case.product_id, str(lacking), scope="product"))
    return tuple(results)
