"""What must hold of a deal's smoothing, frequency switch, hedges and carrying values. What must hold of every deal is in
`checks`. Source: clo-extensions 3.5, 3.6, 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from calculations.clo.deal.problems import Problem
from calculations.clo.deal.steps import PayStep, ReleaseStep, RepayStep
from calculations.clo.deal.terms import Deal

SMOOTHING_TYPE = 8


def problems_of_features(deal: Deal) -> list[Problem]:
    """Everything wrong with these keys; empty where nothing is, or none of them stands in the file."""
    return [*_smoothing(deal), *_switch(deal), *_hedges(deal), *_carrying(deal), *_overdraft(deal)]


def _smoothing(deal: Deal) -> Iterator[Problem]:
    if deal.smoothing is None:
        return
    name = deal.smoothing.account
    if name not in deal.accounts:
        known = ", ".join(sorted(deal.accounts)) or "none is defined"
        yield Problem("ACCOUNT_UNKNOWN", "smoothing.account", repr(name), f"an account: {known}")
    elif deal.accounts[name].type != SMOOTHING_TYPE:
        found = f"{name} of type {deal.accounts[name].type}"
        yield Problem("ACCOUNT_TYPE", "smoothing.account", found, f"an account of type {SMOOTHING_TYPE}")
    if not 0 <= deal.smoothing.above < 1:
        yield Problem("SHARE_RANGE", "smoothing.above", str(deal.smoothing.above), "a share of par")


def _switch(deal: Deal) -> Iterator[Problem]:
    terms, months = deal.frequency_switch, deal.dates.months_between_payments
    if terms is None:
        return
    if terms.to_months <= months or terms.to_months % months:
        expected = f"a multiple of the {months} months between payments"
        yield Problem("SWITCH_TENOR", "frequency_switch.to_months", str(terms.to_months), expected)
    if terms.index_tenor != terms.to_months:
        expected = f"the tenor of a period, {terms.to_months} months"
        yield Problem("SWITCH_TENOR", "frequency_switch.index_tenor", str(terms.index_tenor), expected)
    for name, lists in deal.lists.items():
        for number, step in enumerate(lists.steps, start=1):
            if isinstance(step, ReleaseStep):  # it would spend cash on a date on which nothing is paid
                expected = "an account's own release rule in a deal whose frequency switches"
                yield Problem("SWITCH_RELEASE", f"lists.{name}:{number}", "a release step", expected)


def _hedges(deal: Deal) -> Iterator[Problem]:
    for due in sorted(name for name, terms in deal.dues.items() if terms.amount == "close_out"):
        for name, lists in deal.lists.items():
            if not any(isinstance(step, PayStep) and step.pay == due for step in lists.steps):
                found = f"no step that pays {due}"
                yield Problem("HEDGE_WITHOUT_STEP", f"lists.{name}", found, f"a step pay: {due} in every list")


def _carrying(deal: Deal) -> Iterator[Problem]:
    discount, defaulted = deal.haircuts.discount, deal.haircuts.defaulted
    if not 0 <= deal.haircuts.fx <= 1:
        yield Problem("RATE_UNIT", "haircuts.fx", str(deal.haircuts.fx), "a fraction")
    if discount is not None:
        for kind, price in discount.below.items():
            if not 0 < price <= 1:
                key = f"haircuts.discount.below.{kind}"
                yield Problem("RATE_UNIT", key, str(price), "a price as a fraction of par")
        if discount.cure is not None and discount.cure.days < 1:
            yield Problem("TERM", "haircuts.discount.cure.days", str(discount.cure.days), "one day or more")
    if defaulted is not None:
        if not defaulted.carry.min:
            yield Problem("TERM", "haircuts.defaulted.carry.min", "nothing", "market_value, recovery_rate or both")
        months = defaulted.zero_after_months
        if months is not None and (months < 1 or months % deal.dates.months_between_payments):
            expected = f"a multiple of the {deal.dates.months_between_payments} months between payments"
            yield Problem("TERM", "haircuts.defaulted.zero_after_months", str(months), expected)


def _overdraft(deal: Deal) -> Iterator[Problem]:
    """The step by which interest repays an overdrawn principal account stands where the deal lets it, and only there."""
    repays = {name for name, terms in deal.lists.items() if any(isinstance(step, RepayStep) for step in terms.steps)}
    by_interest = deal.principal_cash.is_repaid_by_interest
    if by_interest and "interest" not in repays:
        expected = "a step repay: principal_cash before the residual"
        yield Problem("REPAY_WITHOUT_STEP", "lists.interest", "no step that repays", expected)
    for name in sorted(repays):
        if not by_interest or deal.lists[name].source != "interest":
            expected = "such a step in a list of interest, under principal_cash.repay_from: [principal, interest]"
            yield Problem("REPAY_STEP", f"lists.{name}", "a step that repays principal cash", expected)
