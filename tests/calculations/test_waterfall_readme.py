"""The guide to waterfall terms against what is read: its example is valid and it leaves no key or code out."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

from calculations.funds.waterfall import terms
from calculations.funds.waterfall.carry_terms import ClawbackTest, Guarantee, Interim
from calculations.funds.waterfall.preferred import Convention
from calculations.funds.waterfall.reading import read_terms

GUIDE = (Path(terms.__file__).parent / "README.md").read_text()

# input-contracts 3.1, WATERFALL
KEYS = """style order carry hurdles hurdle_test start hurdle_floor carry_on_current_income expense_allocation unrealised
off_the_top escrow nav_coverage clawback tests interim net_of_tax tax_rate guarantee tax_advance
blocker_taxes_count_as_distributed giveback cap_share years kind rate multiple base convention carry_above catch_up"""


def test_the_example_is_read() -> None:
    found = re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    example = read_terms(json.loads(found[1]))
    assert (example.carry, example.hurdles[0]) == (
        Decimal("0.20"),
        terms.RateHurdle(Decimal("0.08"), Convention.IRR),
    )


def test_the_guide_names_every_key_and_code() -> None:
    closed = (terms.Style, terms.Order, terms.HurdleFloor, terms.HurdleKind, terms.HurdleBase, terms.Start)
    more = (terms.ExpenseAllocation, terms.Unrealised, Convention, ClawbackTest, Interim, Guarantee)
    codes = [code.value for codes in (*closed, *more) for code in codes]
    assert [name for name in [*KEYS.split(), *codes] if not re.search(rf"\b{name}\b", GUIDE)] == []
