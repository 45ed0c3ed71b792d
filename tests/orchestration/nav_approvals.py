"""Steps in approvals of strikes as tests take them, in a home of their own. What they must come to is not said here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from calculations.nav.approval_log import NavEvent, Step
from orchestration.nav_approval_check import breaches
from orchestration.nav_approving import (
    COMMAND_LINE,
    NavAsked,
    act,
    take_automatic_steps,
)
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from tests.orchestration.nav_tables import DAY, PRODUCT, NavTables

ACCOUNTANT, CONTROLLER, DIRECTOR, PARTNER = (
    f"cedar.{role}" for role in ("accountant", "controller", "finance-director", "partner")
)


FAR = {"nav": Decimal("10.60")}  # 6 % above 10.00


def take(settings: Settings, step: str, actor: str, **other: Any) -> tuple[NavEvent, ...]:
    asked = NavAsked(**{"step": Step(step), "product_id": PRODUCT, "valuation_date": DAY, "actor": actor, **other})
    return act(Warehouse(settings.warehouse_path), settings, asked, COMMAND_LINE, "run-2")


def opened(tables: NavTables, settings: Settings, **strike: Any) -> None:
    """A strike that waits for its approval."""
    tables.strike(**strike)
    take_automatic_steps(tables.warehouse, settings, "run-1")


def approved(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings)
    take(settings, "APPROVE", DIRECTOR)


def found(tables: NavTables, settings: Settings) -> list[str]:
    return breaches(tables.warehouse, settings)[0]
