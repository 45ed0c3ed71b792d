"""Approvals of strikes as assets: drafts that Weir opens, and steps that the launchpad asks for. The write path is
orchestration.nav_approving."""

import datetime as dt
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

import dagster as dg
from pydantic import Field, field_validator

from calculations.nav.approval_log import NavEvent, Step
from orchestration.assets.calculated import calculated_spec
from orchestration.assets.nav_strikes import TABLES as NAV_TABLES
from orchestration.nav_approval_rows import LOG, TABLES
from orchestration.nav_approving import (
    LAUNCHPAD,
    NavAsked,
    RestatementAsked,
    UnknownStrike,
    act,
    restate,
    take_automatic_steps,
)
from orchestration.resources import REQUESTED_BY, WarehouseResource, retried_when_busy
from orchestration.sealed_log import LostKey
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

NAME = "nav_approvals"
EXAMPLE = """Jobs `nav_validate`, `nav_approve`, `nav_reject`, `nav_publish` and `nav_restate` take a step from the launchpad, and
publish:

    ops:
      {op}:
        config:
          step: APPROVE              # VALIDATE, REJECT, PUBLISH, RESTATE
          product_id: cedar-global
          day: "2025-12-31"          # valuation date; of RESTATE the first bad one
          actor: cedar.finance-director
          comment: as discussed      # reason of REJECT, cause of RESTATE, needed where warnings failed

A run that strikes NAVs for somebody says so by its tag `{tag}` or `WEIR_REQUESTED_BY`: that person does not approve them.
"""


class AskedStep(Enum):
    NOTHING = "NOTHING"
    VALIDATE = "VALIDATE"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    PUBLISH = "PUBLISH"
    RESTATE = "RESTATE"


class NavStep(dg.Config):
    """What the launchpad asks; NOTHING only opens drafts."""

    step: AskedStep = Field(default=AskedStep.NOTHING, description="What is done to the strike.")
    product_id: str = Field(default="", description="Id of the product.")
    day: str = Field(default="", description="Valuation date, YYYY-MM-DD; of RESTATE the first bad one.")
    actor: str = Field(default="", description="Who acts: an actor of the approval policy.")
    comment: str | None = Field(default=None, description="Reason of REJECT, cause of RESTATE, comment on warnings.")
    version: int | None = Field(default=None, ge=1, description="Version of the strike; empty: the last one.")
    content_hash: str | None = Field(default=None, description="Hash of what the actor saw; empty: of it as it is now.")
    organization: str | None = Field(default=None, description="Whose product, where two have one of that id.")

    @field_validator("day")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        if value:
            dt.date.fromisoformat(value)
        return value


def build_nav_approval_assets(settings: Settings) -> dg.AssetsDefinition:
    @dg.multi_asset(
        specs=[
            calculated_spec(settings, relation, NAV_TABLES, EXAMPLE.format(op=NAME, tag=REQUESTED_BY))
            for relation in TABLES
        ],
        name=NAME,
        description="Steps in the approval of strikes, taken or refused, each sealed over the one before.",
    )
    def nav_approvals(
        context: dg.AssetExecutionContext, config: NavStep, weir: WarehouseResource
    ) -> Iterator[dg.MaterializeResult]:
        warehouse, here, run_id = weir.warehouse, weir.settings, context.run.run_id
        opened: Sequence[NavEvent] = ()
        taken: Sequence[NavEvent] = ()
        with retried_when_busy():
            # A run of the past decides nothing: what was decided then stands in its copy of the log.
            if here.as_known_at is None:
                asked_for = context.run.tags.get(REQUESTED_BY, here.requested_by)
                try:
                    opened = take_automatic_steps(warehouse, here, run_id, asked_for)
                    taken = _take(warehouse, here, config, run_id)
                except (UnknownStrike, LostKey, ValueError) as error:
                    # The sentence is all that a person at the launchpad needs; trying again would not help.
                    raise dg.Failure(str(error), allow_retries=False) from None
        for relation in TABLES:
            (rows,) = warehouse.rows(f"select count(*) from {relation}")[0]
            metadata: dict[str, Any] = {
                "dagster/row_count": rows,
                "steps_of_weir_now": len(opened),
                "steps_asked_now": len(taken),
                "refused_now": sum(not event.is_accepted for event in taken),
            }
            if taken and relation == LOG:
                metadata["steps"] = dg.MetadataValue.md(_told(taken))
            yield dg.MaterializeResult(asset_key=relation.split("."), metadata=metadata)

    return nav_approvals


def _take(warehouse: Warehouse, settings: Settings, config: NavStep, run_id: str) -> Sequence[NavEvent]:
    if config.step is AskedStep.NOTHING:
        return ()
    if not config.day:
        raise ValueError(f"{config.step.value}: expected a day as YYYY-MM-DD, found none")
    day = dt.date.fromisoformat(config.day)
    if config.step is AskedStep.RESTATE:
        stated = RestatementAsked(config.product_id, day, config.comment or "", config.actor, config.organization)
        return restate(warehouse, settings, stated, LAUNCHPAD, run_id)
    asked = NavAsked(
        Step(config.step.value),
        config.product_id,
        day,
        config.actor,
        config.comment,
        config.version,
        config.content_hash,
        config.organization,
    )
    return act(warehouse, settings, asked, LAUNCHPAD, run_id)


def _told(events: Sequence[NavEvent]) -> str:
    heads = ("product", "valuation date", "version", "step", "actor", "status", "refused", "said", "to correct")
    lines: list[Sequence[object]] = [heads, tuple("---" for _ in heads)]
    for event in events:
        of_day = (event.day.product_id, event.day.valuation_date, event.version)
        said = (event.refusal or "", event.message, event.correction or "")
        lines.append((*of_day, event.step, event.actor, event.to_status, *said))
    return "\n".join(f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |" for line in lines)
