"""The state of a deal before its first period, and which figures its file leaves open. Nothing is paid here."""

from __future__ import annotations

from typing import Any

from calculations.clo.columns import Floats
from calculations.clo.deal.amounts import Amounts, Numbers
from calculations.clo.deal.incentive import SubLedger
from calculations.clo.deal.ledgers import CapLedger, DueLedger, FeeLedger, NoteLedger
from calculations.clo.deal.parts import ShareTarget
from calculations.clo.deal.payment_dates import PaymentDates
from calculations.clo.deal.state import AccountLedger, PeriodState
from calculations.clo.deal.steps import CoverStep, DivertStep, PrincipalStep, ReinvestStep
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_detail import PoolDetail, share_name


def missing_inputs(deal: Deal) -> list[str]:
    """Keys that a run needs and neither the file nor its inputs give, in order; a missing figure is never zero."""
    found = []
    for name, note in deal.rated.items():
        if note.opening_balance is None:
            found.append(f"notes.{name}.balance")
        if note.spread is None and note.fixed is None:
            found.append(f"notes.{name}.spread")
    for name, fee in deal.fees.items():
        if fee.rate is None and fee.fixed == 0 and fee.kind != "claims":
            found.append(f"fees.{name}.rate")
    if any(fee.rate for fee in deal.fees.values()) and deal.beginning_fee_basis is None:
        found.append("beginning_fee_basis")
    for name in sorted(_used_tests(deal)):
        if deal.tests[name].trigger is None:
            found.append(f"tests.{name}.trigger")
    ratio = None if deal.event_of_default is None else deal.event_of_default.ratio
    if ratio is not None and ratio.trigger is None:
        found.append("event_of_default.ratio.trigger")
    if deal.incentive is not None and (deal.incentive.hurdle is None or deal.incentive.share is None):
        found.append("incentive.hurdle, incentive.share")
    steps = [step for terms in deal.lists.values() for step in terms.steps]
    scheduled = {
        name for step in steps if isinstance(step, PrincipalStep) and step.scheduled for name in step.principal
    }
    found += [f"notes.{name}.instalment" for name in sorted(scheduled) if deal.notes[name].instalment is None]
    found += [f"dues.{name}.amount" for name, due in deal.dues.items() if due.amount == "input"]
    overdrawn = [name for name, account in deal.accounts.items() if account.principal < 0]
    if overdrawn and not deal.principal_cash.allow_negative:
        found += [f"accounts.{name}.principal of at least 0, or principal_cash.allow_negative" for name in overdrawn]
    uses_reinvesting = any(isinstance(step, ReinvestStep | DivertStep) for step in steps)
    if uses_reinvesting and deal.dates.reinvestment_end is None:
        found.append("dates.reinvestment_end")
    return found


def missing_detail(deal: Deal, detail: PoolDetail, scenarios: int, periods: int) -> list[str]:
    """What a deal's features ask of its collateral and `detail` does not give: a feature is never left out silently."""
    months = deal.dates.months_between_payments
    needed: dict[str, Floats | None] = {}
    if deal.purchased_accrued.recover == "by_asset" and deal.purchased_accrued.amount:
        needed["detail.accrued_recovered (purchased_accrued.recover: by_asset)"] = detail.accrued_recovered
    if any(due.amount == "close_out" for due in deal.dues.values()):
        needed["detail.close_out (a due of close_out)"] = detail.close_out
    if deal.smoothing is not None:
        name = share_name(months)
        needed[f"detail.shares[{name!r}] (smoothing)"] = detail.shares.get(name)
    found = [name for name, flow in needed.items() if flow is None or flow.shape != (scenarios, periods)]
    if deal.haircuts.discount is not None and detail.discount is None:
        found.append("detail.discount (haircuts.discount)")
    if deal.frequency_switch is not None and detail.longer_index is None:
        found.append("detail.longer_index (frequency_switch)")
    shapes = {f"shares[{name!r}]": share for name, share in detail.shares.items()}
    shapes |= {f"rare_interest[{spans}]": flow for spans, flow in detail.rare_interest.items()}
    found += [
        f"detail.{name} of shape ({scenarios}, {periods})"
        for name, flow in shapes.items()
        if flow.shape != (scenarios, periods)
    ]
    return found


def _used_tests(deal: Deal) -> set[str]:
    used: set[str] = set()
    for terms in deal.lists.values():
        for step in terms.steps:
            if isinstance(step, CoverStep):
                used |= {step.cover.oc} | ({step.cover.ic} if step.cover.ic else set())
            elif isinstance(step, DivertStep):
                used.add(step.divert.test)
    return used


def opened(deal: Deal, scenarios: int, dates: PaymentDates, numbers: Numbers) -> PeriodState:
    """Ledgers with opening balances, alike in every scenario."""

    def full(figure: Any) -> Amounts:
        return numbers.zeros(scenarios) + numbers.of(figure)

    return PeriodState(
        deal=deal,
        numbers=numbers,
        scenarios=scenarios,
        payment_date=dates.payment[0],
        notes={
            name: NoteLedger(name, note, full(note.opening_balance or 0), full(note.deferred), full(note.unpaid))
            for name, note in deal.rated.items()
        },
        fees={name: FeeLedger(name, fee, full(fee.unpaid)) for name, fee in deal.fees.items()},
        dues={name: DueLedger(name, due, full(0)) for name, due in deal.dues.items()},
        caps={name: CapLedger(name, cap, tuple(full(item) for item in cap.carried)) for name, cap in deal.caps.items()},
        accounts={
            name: AccountLedger(
                full(account.interest + account.initial),
                full(account.principal),
                full(0),
                full(0),
                None if account.target is None or isinstance(account.target, ShareTarget) else full(account.target),
            )
            for name, account in deal.accounts.items()
        },
        sub=SubLedger.opened(
            deal.incentive,
            deal.dates.closing,
            dates.analysis,
            scenarios,
            numbers,
            stops_early=deal.acts("LIA-32"),
        ),
    )
