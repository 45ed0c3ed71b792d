"""Who has committed what to a demo fund, and what is in force on a day: closings, changes, transfers. Cash does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ingestion.samples.funds.cents import MILLION, from_millions
from ingestion.samples.funds.parameters import FundPlan, Party, load_parties
from ingestion.samples.funds.story import FundStory, ModificationPlan, TransferPlan

QUARTER_MILLION = MILLION // 4


@dataclass(frozen=True)
class Commitment:
    """One commitment as first made; `ended_on` is the day from which a transferee stands in its place."""

    commitment_id: str
    fund_id: str
    investor_id: str
    class_code: str
    amount: int
    currency: str
    date: dt.date
    kind: str
    closing: int | None = None
    tranche: int = 1
    status: str = "ACTIVE"
    ended_on: dt.date | None = None


@dataclass(frozen=True)
class Modification:
    modification_id: str
    commitment_id: str
    kind: str
    old: int
    new: int
    date: dt.date
    reason: str
    transfer_id: str | None = None


@dataclass(frozen=True)
class Transfer:
    transfer_id: str
    plan: TransferPlan
    commitment_id: str
    new_commitment_id: str | None


@dataclass(frozen=True)
class Register:
    """The partners of one fund."""

    plan: FundPlan
    commitments: tuple[Commitment, ...]
    modifications: tuple[Modification, ...]
    transfers: tuple[Transfer, ...]
    parties: dict[str, Party] = field(repr=False)

    def find(self, commitment_id: str) -> Commitment:
        return next(item for item in self.commitments if item.commitment_id == commitment_id)

    def of_investor(self, investor_id: str, day: dt.date) -> str:
        """The first commitment of an investor that is in force on a day."""
        force = self.in_force(day)
        return next(
            item.commitment_id
            for item in self.commitments
            if item.investor_id == investor_id and item.commitment_id in force
        )

    def amount_on(self, commitment: Commitment, day: dt.date) -> int:
        """Its amount on `day` after the modifications in force."""
        changes = [
            item for item in self.modifications if item.commitment_id == commitment.commitment_id and item.date <= day
        ]
        return changes[-1].new if changes else commitment.amount

    def in_force(self, day: dt.date, without: Iterable[str] = ()) -> dict[str, int]:
        """Amounts by commitment of those in force on `day`, leaving out the investors `without`."""
        left_out = set(without)
        return {
            item.commitment_id: self.amount_on(item, day)
            for item in self.commitments
            if item.status == "ACTIVE"
            and item.date <= day
            and (item.ended_on is None or day < item.ended_on)
            and item.investor_id not in left_out
        }

    def by_class(self, amounts: Mapping[str, int]) -> dict[str, int]:
        """Amounts by commitment summed by class."""
        found: dict[str, int] = {}
        for code, amount in amounts.items():
            class_code = self.find(code).class_code
            found[class_code] = found.get(class_code, 0) + amount
        return found

    def is_gp(self, commitment_id: str) -> bool:
        return self.find(commitment_id).investor_id == self.plan.gp


def register(plan: FundPlan, story: FundStory) -> Register:
    """The partners of a fund with everything that ever happens to their commitments."""
    parties = {party.ids[plan.organization]: party for party in load_parties() if plan.organization in party.ids}
    commitments = [*_at_closings(plan, parties), *_pending(plan)]
    found = Register(plan, tuple(commitments), (), (), parties)
    modifications = [
        _modified(found, item, place)
        for place, item in enumerate((m for m in story.modifications if m.fund == plan.fund_id), 1)
    ]
    found = replace(found, modifications=tuple(modifications))
    for item in story.transfers:
        if item.fund == plan.fund_id:
            found = _transferred(found, item)
    return found


def _at_closings(plan: FundPlan, parties: dict[str, Party]) -> list[Commitment]:
    later = {investor: closing for closing in plan.closings for investor in closing.joins}
    made = []
    for investor, party in parties.items():
        closing = later.get(investor, plan.closings[0])
        amount = round(from_millions(party.ticket * plan.factor) / QUARTER_MILLION) * QUARTER_MILLION
        made.append(_commitment(plan, investor, amount, closing.date, "INITIAL", closing.number, 1))
    by_number = {closing.number: closing for closing in plan.closings}
    for item in plan.tranches:
        closing = by_number[item.closing]
        made.append(
            _commitment(plan, item.investor, from_millions(item.amount), closing.date, "ADDITIONAL", item.closing, 2)
        )
    return made


def _commitment(
    plan: FundPlan, investor: str, amount: int, day: dt.date, kind: str, closing: int | None, tranche: int
) -> Commitment:
    class_code = "GP" if investor == plan.gp else plan.class_of.get(investor, "A")
    code = f"{plan.fund_code}-{investor}-{tranche}"
    return Commitment(code, plan.fund_id, investor, class_code, amount, plan.currency, day, kind, closing, tranche)


def _pending(plan: FundPlan) -> list[Commitment]:
    return [
        replace(
            _commitment(plan, item.investor, from_millions(item.amount), item.date, "ADDITIONAL", None, 8),
            class_code=item.class_code,
            currency=item.currency,
            status="PENDING",
        )
        for item in plan.pending
    ]


def _modified(found: Register, item: ModificationPlan, place: int) -> Modification:
    commitment = found.find(found.of_investor(item.investor, item.date))
    change = from_millions(item.amount) * (1 if item.type == "INCREASE" else -1)
    code = f"{found.plan.fund_code}-M{place:02d}"
    return Modification(
        code, commitment.commitment_id, item.type, commitment.amount, commitment.amount + change, item.date, item.reason
    )


def _transferred(found: Register, item: TransferPlan) -> Register:
    code = f"{found.plan.fund_code}-T{len(found.transfers) + 1:02d}"
    old = found.find(found.of_investor(item.from_investor, item.date))
    if item.status != "COMPLETED":
        return replace(found, transfers=(*found.transfers, Transfer(code, item, old.commitment_id, None)))
    amount = found.amount_on(old, item.date)
    moved = round(amount * item.fraction)
    new = _commitment(found.plan, item.to_investor, moved, item.date, "TRANSFER", None, 3)
    commitments = [*found.commitments, new]
    modifications = list(found.modifications)
    if item.type == "FULL":
        commitments = [
            replace(c, ended_on=item.date) if c.commitment_id == old.commitment_id else c for c in commitments
        ]
    else:
        number = f"{found.plan.fund_code}-M{len(modifications) + 1:02d}"
        reason = "Transferred in part"
        modifications.append(
            Modification(number, old.commitment_id, "TRANSFER", amount, amount - moved, item.date, reason, code)
        )
    return replace(
        found,
        commitments=tuple(commitments),
        modifications=tuple(modifications),
        transfers=(*found.transfers, Transfer(code, item, old.commitment_id, new.commitment_id)),
    )
