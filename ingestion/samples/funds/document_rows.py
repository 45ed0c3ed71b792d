"""Rows of the sheet of documents: letters, agreements, reports, statements. The documents themselves do not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ingestion.samples.funds.agreement_rows import side_letters, transfers
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, instant

HOUR_SENT = 16


def documents(state: State) -> Iterator[Row]:
    yield from _agreements(state)
    yield from _reports(state)


def _agreements(state: State) -> Iterator[Row]:
    for letter in side_letters(state):
        yield {
            "document_id": letter["document_id"],
            "document_type": "AGREEMENT",
            "entity_type": "SIDE_LETTER",
            "entity_id": letter["side_letter_id"],
            "title": "Side letter",
            "created_date": letter["effective_date"],
            "classification": "RESTRICTED",
        }
    for transfer in transfers(state):
        if transfer["agreement_document_id"]:
            yield {
                "document_id": transfer["agreement_document_id"],
                "document_type": "AGREEMENT",
                "entity_type": "TRANSFER",
                "entity_id": transfer["transfer_id"],
                "title": "Transfer agreement",
                "created_date": transfer["approved_date"],
                "classification": "RESTRICTED",
            }


def _reports(state: State) -> Iterator[Row]:
    funds = [ledger.plan.fund_id for ledger in state.ledgers]
    investors = [code for code, party in state.parties.items() if party.type != "GP"]
    for report in state.story.reports:
        for end in report.period_ends:
            created = end + dt.timedelta(days=report.days)
            for code in funds if report.of == "FUND" else investors:
                if created <= state.as_of:
                    yield {
                        "document_id": f"{code}-{report.title.replace(' ', '-').upper()}-{end}",
                        "document_type": report.type,
                        "entity_type": report.of,
                        "entity_id": code,
                        "title": f"{report.title} as of {end}",
                        "template": report.template,
                        "created_date": created,
                        "delivery_status": "DELIVERED",
                        "delivered_at": instant(created, HOUR_SENT),
                        "classification": "CONFIDENTIAL",
                    }
