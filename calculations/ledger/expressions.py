"""Expressions of CALCULATED mappings: arithmetic over accounts of the chart and constants. Which accounts exist is not known here.

A whole number is the code of an account, since charts number their accounts; a constant is written with a decimal point.
A code that holds a sign of the arithmetic stands in square brackets: `[A-10] + 1100 * 0.5`. Source: fund-admin 1.10 G-1.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache, reduce

import pyparsing as pp

DIGITS = 60  # sums and products of money are exact


@dataclass(frozen=True)
class Term:
    """One node: an account, a constant, or an operation over parts. Exactly one of the three is set."""

    account: str | None = None
    constant: Decimal | None = None
    operation: str | None = None
    parts: tuple[Term, ...] = ()

    @property
    def accounts(self) -> frozenset[str]:
        """Codes of the accounts that the value depends on."""
        own = frozenset() if self.account is None else frozenset((self.account,))
        return own.union(*(part.accounts for part in self.parts))


_OPERATIONS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def parse(text: str) -> Term:
    """The tree of an expression. Raises ValueError naming the place where it cannot be read.

    `*` and `/` bind before `+` and `-`, equals from the left; brackets and a leading minus as in arithmetic.
    """
    try:
        found: Term = _grammar().parse_string(text, parse_all=True)[0]
    except pp.ParseException as error:
        rest = text[error.column - 1 :] or "its end"
        raise ValueError(
            f"expression {text!r}, character {error.column}: expected an account, a constant such as 0.5, a bracket or "
            f"one of + - * /, found {rest!r}"
        ) from None
    return found


def evaluate(term: Term, balances: Mapping[str, Decimal]) -> Decimal:
    """The value of an expression, unrounded. Raises KeyError for an account without balance, ZeroDivisionError."""
    with localcontext(prec=DIGITS):
        return _value(term, balances)


def _value(term: Term, balances: Mapping[str, Decimal]) -> Decimal:
    if term.account is not None:
        return balances[term.account]
    if term.constant is not None:
        return term.constant
    values = [_value(part, balances) for part in term.parts]
    if term.operation == "/" and values[1] == 0:
        raise ZeroDivisionError("the divisor of an expression is zero")
    return reduce(_OPERATIONS[term.operation or "+"], values)


@cache
def _grammar() -> pp.ParserElement:
    constant = pp.Regex(r"[0-9]+\.[0-9]+").set_parse_action(lambda found: Term(constant=Decimal(found[0])))
    bracketed = pp.Regex(r"\[[^\]\s]+\]").set_parse_action(lambda found: Term(account=found[0][1:-1]))
    plain = pp.Regex(r"[A-Za-z0-9_:]+").set_parse_action(lambda found: Term(account=found[0]))
    return pp.infix_notation(
        constant | bracketed | plain,
        [
            (pp.one_of("+ -"), 1, pp.OpAssoc.RIGHT, _signed),
            (pp.one_of("* /"), 2, pp.OpAssoc.LEFT, _from_the_left),
            (pp.one_of("+ -"), 2, pp.OpAssoc.LEFT, _from_the_left),
        ],
    )


def _signed(found: pp.ParseResults) -> Term:
    sign, part = found[0]
    return Term(operation=sign, parts=(Term(constant=Decimal(0)), part))


def _from_the_left(found: pp.ParseResults) -> Term:
    items = list(found[0])
    left: Term = items[0]
    for sign, right in zip(items[1::2], items[2::2], strict=True):
        left = Term(operation=sign, parts=(left, right))
    return left
