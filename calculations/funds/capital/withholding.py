"""The rate of tax withheld from an income class of an investor. Amounts are in `proceeds`; fund-level taxes are no distribution."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from calculations.funds.capital.terms import WithholdingRule

ZERO = Decimal(0)


def withholding_rate(
    rules: Sequence[WithholdingRule],
    income_class: str | None,
    jurisdiction: str | None,
    *,
    is_return_of_capital: bool,
    investor_default: Decimal | None,
    side_letter: Decimal | None = None,
) -> Decimal:
    """The rate for one investor and component, a fraction.

    A side letter governs; then the most specific rule that fits: class and jurisdiction, jurisdiction (a treaty), class,
    neither; then the investor's default; else nothing. A return of capital bears only a rule that names its class.
    Raises ValueError where two rules are for the same class and jurisdiction. Source: fund-admin D-3.
    """
    if is_return_of_capital:
        rules = [rule for rule in rules if rule.income_class is not None]
        investor_default = side_letter = None
    if side_letter is not None:
        return side_letter
    fitting = [
        rule
        for rule in rules
        if rule.income_class in (None, income_class) and rule.jurisdiction in (None, jurisdiction)
    ]
    if not fitting:
        return ZERO if investor_default is None else investor_default
    rank = [(rule.jurisdiction is not None, rule.income_class is not None) for rule in fitting]
    best = max(rank)
    if rank.count(best) > 1:
        raise ValueError(
            f"withholding: expected one rule for income class {income_class} and jurisdiction {jurisdiction}, found "
            + ", ".join(str(rule.rate) for rule, place in zip(fitting, rank, strict=True) if place == best)
        )
    return fitting[rank.index(best)].rate
