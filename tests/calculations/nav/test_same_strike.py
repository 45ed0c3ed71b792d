"""The same inputs give the same strike: in another process, under another hash seed and time zone, whatever the day.

Source: nav 1.3 (materialised again on the same inputs, a strike has the same id and figures).
"""

from __future__ import annotations

import ast
import datetime as dt
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from calculations.nav import ProductTerms
from calculations.nav.fingerprint import inputs_hash
from calculations.nav.results import NavLine, Valuation
from tests.calculations.nav.evidence import closing, evidence, struck
from tests.calculations.nav_inputs import DAY, POINT, D

ROOT = Path(__file__).parents[3]
CLOCKS = {"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns"}


def printed() -> str:
    """A strike in three currencies: its id, and its numbers to the last digit."""
    held = {"A": ("EUR", "12000"), "B": ("USD", "5500"), "C": ("GBP", "40000")}
    result = struck(
        evidence(
            "fund",
            {"unitless": False, "shares_outstanding": Decimal(310000)},
            instruments=[{"instrument_id": each, "instrument_type": "EQUITY"} for each in held],
            holdings=[
                {
                    "instrument_id": each,
                    "holding_type": "EQUITY",
                    "quantity": Decimal(quantity),
                    "currency": currency,
                    "leg": "LONG",
                    "as_of_date": DAY,
                }
                for each, (currency, quantity) in held.items()
            ],
            prices=[
                closing("A", "84.35", currency="EUR"),
                closing("B", "212.48"),
                closing("C", "1245.5", currency="GBX"),
            ],
        )
    )
    assert result.status == "STRUCK"
    return f"{result.inputs_hash} {result.net_assets} {[nav.nav_per_share_unrounded for nav in result.classes]}"


def test_another_process_gives_the_same_id_and_digits() -> None:
    script = "from tests.calculations.nav.test_same_strike import printed; print(printed())"
    answers = {printed()}
    for seed, zone in (("1", "Asia/Tokyo"), ("4242", "America/New_York")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)}
        asked = [sys.executable, "-c", script]
        answers.add(
            subprocess.run(asked, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout.strip()
        )
    assert len(answers) == 1


def test_nothing_of_a_strike_asks_what_day_it_is() -> None:
    """So that another day cannot give another strike; ages are measured to the valuation point. Source: nav 3, FX."""
    asked = [
        f"{module.relative_to(ROOT)}:{node.lineno}"
        for module in (ROOT / "calculations" / "nav").rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    assert asked == []


def test_an_instant_in_another_zone_is_other_evidence_whichever_comes_first() -> None:
    # 16:00 in London and in UTC are one instant in winter; what was stated is not the same
    instants = [dt.datetime(2026, 3, 10, 16, tzinfo=zone) for zone in (dt.UTC, ZoneInfo("Europe/London"), dt.UTC)]
    product = ProductTerms("p", "USD", "fund")
    made = Valuation(method="HOLDINGS/1", measurement_basis="FAIR_VALUE")
    lines = [NavLine("position//A/LONG", "POSITION", "ASSET", "USD", D(1), D(1), price_as_of=each) for each in instants]
    first, second, third = (inputs_hash(product, POINT, [], [line], made) for line in lines)
    assert first == third
    assert first != second
