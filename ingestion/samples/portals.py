"""Writes the demo's portal exports with their sidecars: one fund in the nested and one in the flat shape. Fund workbooks do not belong here.

Source: input-contracts 5.6, 6.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from ingestion.samples.feeds import FeedNote
from ingestion.samples.funds.partner_rows import commitments, funds, investors
from ingestion.samples.funds.state import State, state
from ingestion.samples.funds.story import load_fund_story
from ingestion.samples.parameters import Parameters, load_yaml, refused

FILE = "fund_portals.yaml"
EXPORTED_AT = dt.time(6, 0)
GENERAL_PARTNER = "GP"
STATUSES = {"ACTIVE": "FUNDED", "PENDING": "SUBMITTED"}
HEADER = (
    *("Export Date", "Fund ID", "Fund Name", "Investor ID", "Investor Name", "Investor Type", "Tax ID", "Domicile"),
    *("KYC Status", "KYC Date", "Subscription ID", "Commitment Amount", "Currency", "Subscription Date"),
    "Subscription Status",
)
Shape = Literal["alts", "icapital"]


class ExportPlan(Parameters):
    shape: Shape
    fund: str
    exported_on: dt.date
    investor_prefix: str
    subscription_prefix: str


class Conflict(Parameters):
    shape: Shape
    investor: str
    tax_number_of: str


class Written(Parameters):
    shape: Shape
    investor: str
    name: str


class Party(Parameters):
    shape: Shape
    investor: str


class Different(Parameters):
    shape: Shape
    commitment: str
    amount: int


class Proposed(Parameters):
    shape: Shape
    name: str
    type: str
    tax_number: str
    country: str
    amount: int
    currency: str
    date: dt.date
    status: str


class PortalTerms(Parameters):
    """fund_portals.yaml explains the fields."""

    organization: str
    exports: tuple[ExportPlan, ...]
    conflict: Conflict
    written: Written
    without_tax_number: Party
    different: Different
    proposed: Proposed


@dataclass(frozen=True)
class Subscription:
    code: str
    amount: str
    currency: str
    date: dt.date
    status: str


@dataclass(frozen=True)
class Investor:
    """An investor as a portal knows it, with its subscriptions."""

    code: str
    name: str
    type: str
    tax_number: str | None
    country: str
    kyc: tuple[str, dt.date] | None
    subscriptions: tuple[Subscription, ...]


@cache
def load_portal_terms() -> PortalTerms:
    """The terms of fund_portals.yaml; ValueError names the field that is wrong."""
    try:
        return PortalTerms.model_validate(load_yaml(FILE))
    except ValidationError as error:
        raise refused(FILE, "portals", error) from error


def write_portal_exports(inbox: Path, seed: int) -> list[Path]:
    """Write each export and its sidecar, and return them. The same seed gives the same bytes."""
    terms, story = load_portal_terms(), load_fund_story()
    newest = max((p for p in story.workbooks if p.organization_id == terms.organization), key=lambda plan: plan.as_of)
    known = state(terms.organization, newest.as_of, story, seed)
    written: list[Path] = []
    for plan in terms.exports:
        folder = inbox / terms.organization / f"portal-{plan.shape}"
        folder.mkdir(parents=True, exist_ok=True)
        fund_name = next(str(row["fund_name"]) for row in funds(known) if row["fund_id"] == plan.fund)
        listed = _investors(known, terms, plan)
        is_nested = plan.shape == "alts"
        path = folder / f"{plan.shape}_{plan.exported_on}.{'json' if is_nested else 'csv'}"
        text = _nested(plan, fund_name, listed) if is_nested else _flat(plan, fund_name, listed)
        path.write_text(text, encoding="utf-8", newline="")
        note = FeedNote(
            organization_id=terms.organization,
            organization_name=newest.organization_name,
            kind="portal_export",
            feed_name=folder.name,
            as_of=plan.exported_on,
            mode="full",
            sent_at=dt.datetime.combine(plan.exported_on, EXPORTED_AT),
        )
        written += [path, note.write_beside(path)]
    return written


def _investors(known: State, terms: PortalTerms, plan: ExportPlan) -> list[Investor]:
    """The fund's limited partners with the commitments in force, and who subscribes for the first time."""
    rows: dict[Any, Mapping[str, Any]] = {row["investor_id"]: row for row in investors(known)}
    listed = []
    for number, (code, row) in enumerate(rows.items(), start=1):
        own = [
            item
            for item in commitments(known)
            if (item["fund_id"], item["investor_id"]) == (plan.fund, code) and item["status"] in STATUSES
        ]
        if not own or row["investor_type"] == GENERAL_PARTNER:
            continue
        tax_number = row["tax_id"]
        if (plan.shape, code) == (terms.conflict.shape, terms.conflict.investor):
            tax_number = rows[terms.conflict.tax_number_of]["tax_id"]
        if (plan.shape, code) == (terms.without_tax_number.shape, terms.without_tax_number.investor):
            tax_number = None
        is_written = (plan.shape, code) == (terms.written.shape, terms.written.investor)
        listed.append(
            Investor(
                code=f"{plan.investor_prefix}{number:04d}",
                name=terms.written.name if is_written else row["investor_name"],
                type=row["investor_type"],
                tax_number=tax_number,
                country=row["jurisdiction"],
                kyc=(row["kyc_status"], row["kyc_date"]),
                subscriptions=tuple(_subscription(item, terms, plan, number, n) for n, item in enumerate(own, 1)),
            )
        )
    if plan.shape == terms.proposed.shape:
        listed.append(_proposed(terms.proposed, plan, len(rows) + 1))
    return listed


def _subscription(
    item: Mapping[str, Any], terms: PortalTerms, plan: ExportPlan, number: int, place: int
) -> Subscription:
    is_different = (plan.shape, item["commitment_id"]) == (terms.different.shape, terms.different.commitment)
    amount = terms.different.amount if is_different else item["commitment_amount"]
    code = f"{plan.subscription_prefix}{number:04d}-{place}"
    return Subscription(code, f"{amount:.2f}", item["currency"], item["commitment_date"], STATUSES[item["status"]])


def _proposed(proposed: Proposed, plan: ExportPlan, number: int) -> Investor:
    subscription = Subscription(
        f"{plan.subscription_prefix}{number:04d}-1",
        f"{proposed.amount:.2f}",
        proposed.currency,
        proposed.date,
        proposed.status,
    )
    return Investor(
        f"{plan.investor_prefix}{number:04d}",
        proposed.name,
        proposed.type,
        proposed.tax_number,
        proposed.country,
        None,
        (subscription,),
    )


def _nested(plan: ExportPlan, fund_name: str, listed: Sequence[Investor]) -> str:
    document = {
        "portal": plan.shape,
        "exported_at": f"{plan.exported_on}T06:00:00Z",
        "fund": {"id": plan.fund, "name": fund_name},
        "investors": [
            {
                "id": item.code,
                "legalName": item.name,
                "type": item.type,
                **({"taxId": item.tax_number} if item.tax_number else {}),
                "domicile": item.country,
                **({"kyc": {"status": item.kyc[0], "date": f"{item.kyc[1]}"}} if item.kyc else {}),
                "commitments": [
                    {"id": s.code, "amount": s.amount, "currency": s.currency, "date": f"{s.date}", "status": s.status}
                    for s in item.subscriptions
                ],
                "documents": [{"id": f"{item.code}-DOC-1", "type": "SUBSCRIPTION_AGREEMENT", "status": "SIGNED"}],
            }
            for item in listed
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _flat(plan: ExportPlan, fund_name: str, listed: Sequence[Investor]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for item in listed:
        status, day = item.kyc or ("", "")
        for subscription in item.subscriptions:
            writer.writerow(
                (
                    *(plan.exported_on, plan.fund, fund_name, item.code, item.name, item.type),
                    *(item.tax_number or "", item.country, status, day, subscription.code, subscription.amount),
                    *(subscription.currency, subscription.date, subscription.status),
                )
            )
    return out.getvalue()
