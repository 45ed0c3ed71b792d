"""What must hold of a deal's terms before anything is paid by them: nobody is forgotten, no cash is left.

Types and spellings of single keys are checked on reading, and whether ids exist in `named_ids`.
Source: clo-liabilities-waterfall 2.4; clo-extensions 4.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from calculations.clo.deal.feature_checks import problems_of_features
from calculations.clo.deal.named_ids import numbered_steps, unknown, unknown_ids, unknown_in_condition
from calculations.clo.deal.problems import Problem
from calculations.clo.deal.ranks import ordered_tests
from calculations.clo.deal.steps import (
    CoverStep,
    DeferredStep,
    DivertStep,
    FeeStep,
    FundStep,
    InterestStep,
    MoveStep,
    PrincipalStep,
    ReleaseStep,
    ResidualStep,
    condition_of,
)
from calculations.clo.deal.terms import Deal

SOURCES = ("interest", "principal", "notes", "all")
AGENCIES = ("moodys", "sp", "fitch")
NEEDED = ("interest", "principal", "notes")


def problems_of(deal: Deal) -> list[Problem]:
    """Everything wrong with a deal, in the order of its file; empty where nothing is."""
    return [
        *unknown_ids(deal),
        *_notes(deal),
        *_tests(deal),
        *_fees(deal),
        *_accounts(deal),
        *_lists(deal),
        *_events(deal),
        *problems_of_features(deal),
    ]


def warnings_of(deal: Deal) -> tuple[str, ...]:
    """What a deal may well mean, but a reader should know. Source: clo-extensions 4, CAP_WITHOUT_OVERFLOW."""
    steps = [step for terms in deal.lists.values() for step in terms.steps if isinstance(step, FeeStep)]
    capped, overflowing = (
        {step.fee for step in steps if step.cap},
        {step.fee for step in steps if step.part == "overflow"},
    )
    return tuple(
        f"CAP_WITHOUT_OVERFLOW: what fee {name} claims above its cap is paid by no step and stays as arrears"
        for name in sorted(capped - overflowing)
    )


def _notes(deal: Deal) -> Iterator[Problem]:
    interest = {note for _, _, step in numbered_steps(deal) if isinstance(step, InterestStep) for note in step.interest}
    principal = {
        note for _, _, step in numbered_steps(deal) if isinstance(step, PrincipalStep) for note in step.principal
    }
    # the quirk that leaves a class out of every list is the one licence to do so
    for name, note in deal.rated.items():
        key = f"notes.{name}"
        if note.spread is not None and note.fixed is not None:
            yield Problem("COUPON", key, "both spread and fixed", "a spread or a fixed coupon")
        if deal.acts("LIA-35"):
            continue
        for paid, what in ((interest, "interest"), (principal, "principal")):
            if name not in paid:
                yield Problem("CLASS_IN_NO_LIST", key, f"no {what} step names it", f"an {what} step in some list")
    if sum(note.equity for note in deal.notes.values()) > 1:
        yield Problem("EQUITY", "notes", "more than one equity class", "one class with equity: true")
    yield from _deferrals(deal)


def _deferrals(deal: Deal) -> Iterator[Problem]:
    """Each list that pays a deferrable class's interest repays what it deferred, after that interest and by itself."""
    if deal.acts("LIA-12b"):
        return
    for list_name, terms in deal.lists.items():
        paying = [(i, step) for i, step in enumerate(terms.steps) if isinstance(step, InterestStep)]
        repaying = [(i, step) for i, step in enumerate(terms.steps) if isinstance(step, DeferredStep)]
        for name, note in deal.rated.items():
            interest = [i for i, step in paying if name in step.interest]
            repaid = [i for i, step in repaying if name in step.deferred]
            key = f"lists.{list_name}"
            if note.is_deferrable and interest and not repaid:
                yield Problem(
                    "DEFERRABLE_WITHOUT_STEP", key, f"interest of {name} alone", f"a deferred step for {name}"
                )
            if repaid and not note.is_deferrable:
                yield Problem("NOT_DEFERRABLE", key, f"a deferred step for {name}", f"{name} to be deferrable")
            if interest and repaid and min(repaid) < min(interest):
                found = f"deferred {name} at step {min(repaid) + 1}, its interest at step {min(interest) + 1}"
                yield Problem("CIRCULAR_DEFERRAL", key, found, f"interest of {name} before what it deferred")


def _tests(deal: Deal) -> Iterator[Problem]:
    for name, test in deal.tests.items():
        key = f"tests.{name}"
        if not test.denominator:
            yield Problem("TEST_WITHOUT_CLASS", f"{key}.denominator", "no class", "one class or more")
        yield from unknown(f"{key}.denominator", test.denominator, deal.rated, "a class of this deal", "NOTE_UNKNOWN")
        if len(set(test.denominator)) != len(test.denominator):
            yield Problem("NOT_NESTED", f"{key}.denominator", ", ".join(test.denominator), "each class once")
        if test.trigger is not None and test.trigger <= 0:
            yield Problem("TRIGGER", f"{key}.trigger", str(test.trigger), "a ratio above zero")
        yield from unknown(f"{key}.less_fees", test.less_fees or (), deal.fees, "a fee of this deal", "FEE_UNKNOWN")
        for list_name, notes in (test.less_paid_before or {}).items():
            yield from unknown(f"{key}.less_paid_before", [list_name], ["interest"], "a list", "LIST_UNKNOWN")
            yield from unknown(f"{key}.less_paid_before", notes, deal.rated, "a class of this deal", "NOTE_UNKNOWN")
    for kind in ("oc", "ic"):
        names = [name for name in ordered_tests(deal) if name in deal.tests and deal.tests[name].kind == kind]
        for senior, junior in itertools.pairwise(names):
            if not set(deal.tests[senior].denominator) <= set(deal.tests[junior].denominator):
                found = f"{', '.join(deal.tests[junior].denominator)}"
                yield Problem("NOT_NESTED", f"tests.{junior}.denominator", found, f"all classes of {senior} among them")


def _fees(deal: Deal) -> Iterator[Problem]:
    for name, fee in deal.fees.items():
        if fee.rate is not None and not 0 <= fee.rate < 1:
            yield Problem("RATE_UNIT", f"fees.{name}.rate", str(fee.rate), "a fraction a year")
        yield from _shares(f"fees.{name}.payees", fee.payees.values())
        yield from unknown_in_condition(f"fees.{name}.accrues", fee.accrues, deal)
    if deal.incentive is not None:
        yield from _shares("incentive.payees", deal.incentive.payees.values())
        share, hurdle, catch_up = deal.incentive.share, deal.incentive.hurdle, deal.incentive.catch_up
        for key, rate in (("incentive.share", share), ("incentive.hurdle", hurdle)):
            if rate is not None and not 0 <= rate <= 1:
                yield Problem("RATE_UNIT", key, str(rate), "a fraction")
        if catch_up is not None and not (share or 0) < catch_up <= 1:
            expected = f"above the share of {share}, up to 1"
            yield Problem("CATCH_UP_RATE", "incentive.catch_up", str(catch_up), expected)
    capped = {(step.fee, step.cap) for _, _, step in numbered_steps(deal) if isinstance(step, FeeStep) and step.cap}
    for key, _, step in numbered_steps(deal):
        if isinstance(step, FeeStep) and step.part == "overflow" and step.fee not in {fee for fee, _ in capped}:
            yield Problem("OVERFLOW_WITHOUT_CAP", key, f"the overflow of {step.fee}", "a capped step of that fee")
    ccc = deal.haircuts.ccc
    if ccc is not None:
        yield from unknown("haircuts.ccc.buckets", ccc.buckets, AGENCIES, "a rating agency", "BUCKET_UNKNOWN")
    if deal.frequency_switch is not None:
        yield from unknown_in_condition("frequency_switch", deal.frequency_switch.when, deal)
    for name, cap in deal.caps.items():
        yield from unknown(f"caps.{name}.shared_by", cap.shared_by, deal.fees, "a fee of this deal", "FEE_UNKNOWN")


def _shares(key: str, shares: Iterable[object]) -> Iterator[Problem]:
    values = list(shares)
    if values and sum(values) != 1:  # type: ignore[arg-type]
        yield Problem("SHARE_SUM", key, str(sum(values)), "shares that sum to exactly 1")  # type: ignore[arg-type]
    for value in values:
        if not 0 < value <= 1:  # type: ignore[operator]
            yield Problem("SHARE_RANGE", key, str(value), "a share above 0, up to 1")


def _accounts(deal: Deal) -> Iterator[Problem]:
    filled = {step.fund for _, _, step in numbered_steps(deal) if isinstance(step, FundStep)}
    emptied = {step.release.from_account for _, _, step in numbered_steps(deal) if isinstance(step, ReleaseStep)}
    moved_to = {step.move.to for _, _, step in numbered_steps(deal) if isinstance(step, MoveStep)}
    for name, account in deal.accounts.items():
        key = f"accounts.{name}"
        if not 1 <= account.type <= 9:
            yield Problem("ACCOUNT_TYPE", f"{key}.type", str(account.type), "a type from 1 to 9")
        if account.target is not None and name not in filled:
            yield Problem("TARGET_WITHOUT_FUND", f"{key}.target", str(account.target), f"a step fund: {name}")
        gets_cash = name in filled or f"account.{name}" in moved_to
        if gets_cash and name not in emptied and account.release is None:
            yield Problem("ACCOUNT_TRAP", key, "no step or rule that empties it", "a release")
        if account.release is not None:
            yield from unknown_in_condition(f"{key}.release.when", account.release.when, deal)


def _lists(deal: Deal) -> Iterator[Problem]:
    for name in NEEDED:
        if name not in deal.lists:
            yield Problem("LIST_UNKNOWN", "lists", f"no list {name!r}", f"lists {', '.join(NEEDED)}")
    for name, terms in deal.lists.items():
        key = f"lists.{name}"
        if terms.source not in SOURCES:
            yield Problem("SOURCE", f"{key}.source", repr(terms.source), f"one of {', '.join(SOURCES)}")
        last = terms.steps[-1] if terms.steps else None
        is_sink = isinstance(last, ResidualStep) or (isinstance(last, MoveStep) and last.move.share == 1)
        if not is_sink or condition_of(last) is not None:  # type: ignore[arg-type]
            found = "no step" if last is None else f"{type(last).__name__} at the end, or one with a condition"
            yield Problem("LIST_CAN_LEAVE_CASH", key, found, "an unconditional residual or move of all at the end")
        for number, step in enumerate(terms.steps[:-1], start=1):
            sink = isinstance(step, ResidualStep) or (isinstance(step, MoveStep) and step.move.share == 1)
            if sink and condition_of(step) is None:
                yield Problem("STEP_AFTER_SINK", f"{key}:{number}", "a step that takes all cash", "it as the last one")
    yield from _circles(deal)


def _circles(deal: Deal) -> Iterator[Problem]:
    """Cash moves from interest to principal to notes and never back, or a list would have to be walked twice."""
    order = {"interest": 0, "principal": 1, "notes": 2, "all": 3}
    for key, terms, step in numbered_steps(deal):
        to = step.move.to if isinstance(step, MoveStep) else "principal" if isinstance(step, DivertStep) else None
        to = "notes" if isinstance(step, CoverStep) else to
        if to in order and terms.source in order and order[to] <= order[terms.source]:
            yield Problem("MOVES_BACK", key, f"cash of {terms.source} moved to {to}", "a pool that is spent later")


def _events(deal: Deal) -> Iterator[Problem]:
    events = deal.event_of_default
    if events is None:
        return
    if events.ratio is not None:
        key = "event_of_default.ratio.denominator"
        if not events.ratio.denominator:
            yield Problem("TEST_WITHOUT_CLASS", key, "no class", "one class or more")
        yield from unknown(key, events.ratio.denominator, deal.rated, "a class of this deal", "EOD_CLASS")
    if events.unpaid_interest is not None:
        key = "event_of_default.unpaid_interest.classes"
        yield from unknown(key, events.unpaid_interest.classes, deal.rated, "a class of this deal", "EOD_CLASS")
    needed = "acceleration" if events.then == "accelerate" else "default"
    if needed not in deal.lists:
        yield Problem("EOD_WITHOUT_LIST", "event_of_default", f"no list {needed!r}", f"list {needed!r}")
