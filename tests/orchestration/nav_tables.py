"""A warehouse with strikes as a run leaves them in ops. What follows from them is tested elsewhere."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from orchestration.clock import utc_now
from orchestration.settings import WAREHOUSE
from orchestration.warehouse import Warehouse, append_rows

HOUSE, PRODUCT = "cedar-assets", "bond-fund"
DAY = dt.date(2026, 3, 10)
KNOWN_AT = dt.datetime(2026, 3, 11, 7)


@cache
def _empty() -> tempfile.TemporaryDirectory[str]:
    """A folder with an empty warehouse, which goes with the process."""
    folder = tempfile.TemporaryDirectory()
    Warehouse(Path(folder.name) / WAREHOUSE).create_tables()
    return folder


class NavTables:
    """Writes the rows of strikes: one class, two lines, three rules that passed."""

    def __init__(self, path: Path) -> None:
        # Making a hundred tables takes longer than what is tested on them.
        shutil.copyfile(Path(_empty().name) / WAREHOUSE, path)
        self.warehouse = Warehouse(path)

    def strike(
        self,
        version: int = 1,
        *,
        product_id: str = PRODUCT,
        organization_id: str = HOUSE,
        day: dt.date = DAY,
        previous: Decimal | None = Decimal("10.00"),
        nav: Decimal = Decimal("10.10"),
        price_type: str = "CLEAN",
        failed: tuple[tuple[str, str], ...] = (),
    ) -> str:
        """Append a version; `failed` are codes and severities of rules that failed. Returns its strike_id."""
        strike_id = f"{product_id}-{day}-{version}"
        keys: dict[str, Any] = {
            "organization_id": organization_id,
            "product_id": product_id,
            "valuation_date": day,
            "strike_id": strike_id,
            "known_at": KNOWN_AT,
        }
        numbered = {**{k: v for k, v in keys.items() if k not in ("strike_id", "known_at")}, "version": version}
        shares = Decimal(1000)
        move = None if previous is None else nav / previous - 1
        rules = [("HOLDINGS_PRESENT", "critical", "PASSED", Decimal(2))]
        jump = "NOT_APPLICABLE" if move is None else "PASSED"
        rules += [("NAV_JUMP_MAX_PCT", "warning", jump, None if move is None else abs(move))]
        rules += [(code, severity, "FAILED", None) for code, severity in failed]
        with self.warehouse.transaction() as connection:
            append_rows(
                connection,
                "ops.nav_runs",
                [
                    {
                        **keys,
                        "version": version,
                        "state_id": "s1",
                        "status": "STRUCK",
                        "method": "holdings-1",
                        "currency": "USD",
                        "total_assets": nav * shares,
                        "total_liabilities": Decimal(0),
                        "net_assets": nav * shares,
                        "struck_at": utc_now(),
                        "run_id": "run-1",
                    }
                ],
            )
            append_rows(
                connection,
                "ops.nav_strikes",
                [
                    {
                        **numbered,
                        "share_class_id": product_id,
                        "currency": "USD",
                        "net_assets": nav * shares,
                        "net_assets_class": nav * shares,
                        "shares_outstanding": shares,
                        "nav_per_share": nav,
                        "nav_per_share_unrounded": nav,
                        "previous_nav": previous,
                    }
                ],
            )
            append_rows(
                connection,
                "ops.nav_components",
                [
                    {
                        **numbered,
                        "line": line,
                        "line_id": f"l{line}",
                        "kind": "POSITION",
                        "side": "ASSET",
                        "price": nav,
                        "price_type": price_type,
                        "amount": nav * shares / 2,
                        "base_amount": nav * shares / 2,
                    }
                    for line in (1, 2)
                ],
            )
            append_rows(
                connection,
                "ops.nav_validations",
                [
                    {
                        **keys,
                        "rule_number": number,
                        "rule_code": code,
                        "severity": severity,
                        "scope": "product",
                        "scope_id": product_id,
                        "outcome": outcome,
                        "actual": actual,
                    }
                    for number, (code, severity, outcome, actual) in enumerate(rules, start=1)
                ],
            )
        return strike_id

    def log(self) -> list[tuple[str, int, str, str | None]]:
        """Step, version, status after it and refusal, of every event."""
        return self.warehouse.rows(
            "select step, version, to_status, refusal from ops.nav_approval_events order by event_number"
        )
