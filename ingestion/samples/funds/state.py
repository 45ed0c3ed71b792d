"""One state of an organisation's funds: what its workbook of a day may know. How a sheet looks does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ingestion.samples.funds.ledger import Call, Ledger
from ingestion.samples.funds.life import live
from ingestion.samples.funds.notices import CallNotice
from ingestion.samples.funds.parameters import Party, load_funds, load_parties
from ingestion.samples.funds.payments import EFFECTIVE, Payment, call_payments, distribution_payments
from ingestion.samples.funds.story import DefaultPlan, FundStory, known_by


@dataclass(frozen=True)
class State:
    """The funds of an organisation as known on `as_of`; `paid` holds all payments by notice, later ones included."""

    organization_id: str
    as_of: dt.date
    seed: int
    story: FundStory
    ledgers: tuple[Ledger, ...]
    parties: dict[str, Party]
    paid: dict[str, list[Payment]]
    defaults: dict[str, DefaultPlan]

    def payments(self, notice_id: str) -> list[Payment]:
        """Payments of a notice by the day of the state."""
        return [item for item in self.paid.get(notice_id, ()) if item.date <= self.as_of]

    def calls(self) -> Iterator[tuple[Ledger, Call]]:
        """Calls of which notice was given by the day of the state."""
        for ledger in self.ledgers:
            for call in ledger.calls:
                if call.notice_date <= self.as_of:
                    yield ledger, call

    def standing(self, call: Call, notice: CallNotice) -> tuple[str, dt.date | None]:
        """Status of a notice, and the day on which it was paid in full."""
        default = self.defaults.get(notice.notice_id)
        if (
            default is not None
            and default.declared <= self.as_of
            and (default.cured is None or self.as_of < default.cured)
        ):
            return "DEFAULTED", None
        arrived = [item for item in self.payments(notice.notice_id) if item.status in EFFECTIVE]
        received = sum(item.amount for item in arrived)
        if received >= notice.amount:
            return "PAID", max((item.date for item in arrived), default=call.due)
        if received:
            return "PARTIALLY_PAID", None
        return ("OVERDUE" if self.as_of > call.due else "PENDING"), None


@cache
def _lived(story: FundStory, seed: int, place: int, known: dt.date) -> Ledger:
    """The life of a fund, lived once for all workbooks, ledgers and bank statements that know the same."""
    return live(load_funds()[place], story, seed, place, known)


def state(organization_id: str, as_of: dt.date, story: FundStory, seed: int) -> State:
    """Live the funds of an organisation as known on `as_of`."""
    ledgers: list[Ledger] = []
    paid: dict[str, list[Payment]] = {}
    for place, plan in enumerate(load_funds()):
        if plan.organization == organization_id:
            ledger = _lived(story, seed, place, known_by(story, as_of))
            ledgers.append(ledger)
            paid |= call_payments(ledger, story, seed, place) | distribution_payments(ledger)
    defaults = {code: item for ledger in ledgers for code, item in ledger.defaults.items()}
    parties = {party.ids[organization_id]: party for party in load_parties() if organization_id in party.ids}
    return State(organization_id, as_of, seed, story, tuple(ledgers), parties, paid, defaults)
