"""A published NAV put right, from files to the publication: a late price, the error, its restatement, what follows of
it.

Fund ONE holds 4 shares of LATE and 1,000 in cash, 100 shares outstanding: 10.84 at a close of 21, 11.00 at the late 25.
Source: nav 1.3, 3 (Errors, Restatement), 5 (RESTATEMENT_MATERIAL), 6.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from calculations.approvals.policy import FILE
from orchestration.cli import app
from orchestration.trace import trace
from tests.end_to_end.conftest import Home
from tests.end_to_end.test_nav_strikes import DAYS, PRICES, SHEETS, write_prices, write_workbook

pytestmark = pytest.mark.slow

DAY, D = DAYS[1], Decimal
ORDERS = [
    {
        "order_id": order_id, "product_id": "ONE", "activity": activity, "trade_date": DAY, "nav_date": DAY,
        "settle_date": DAY, "shares": shares, "price": 10.84, "amount": shares * 10.84, "currency": "USD", "status": "PRICED",
    }
    for order_id, activity, shares in (("in", "SUBSCRIPTION", 10), ("out", "REDEMPTION", 5))
]  # fmt: skip
ROWS = (
    "select published_version, published_nav, correct_version, correct_nav, is_material, treatment, first_bad_date, is_open, "
    "cause, order_count, subscription_loser, subscription_loss_amount, redemption_loser, redemption_loss_amount "
    "from marts.fact_nav_restatements where product_id = 'ONE'"
)
# understated by 0.16: 10 shares sold to subscribers too cheaply, 5 paid out too low
LOST = (2, "FUND", D("1.6"), "REDEEMERS", D("0.8"))


def weir(home: Home, step: str, actor: str, *more: str) -> Result:
    day = str(DAY)
    return CliRunner().invoke(
        app, ["nav", step, "ONE", day, "--actor", f"cedar.{actor}", "--home", str(home.settings.home), *more]
    )


def approved_and_published(home: Home) -> None:
    weir(home, "validate", "controller", "--comment", "looked at")
    for step, actor in (("approve", "finance-director"), ("publish", "partner")):
        found = weir(home, step, actor)
        assert found.exit_code == 0, found.output


Story = tuple[Home, list[tuple], list[tuple], Result, Result]


@pytest.fixture(scope="module")
def story(new_home: Callable[[str], Home]) -> Story:
    """The house, its rows before and after the restatement, the refused and the accepted request."""
    home = new_home("restatements")
    house = home.inbox / "house"
    (home.settings.home / "approvals.yaml").write_text(FILE.read_text().replace("cedar-assets", "house"))
    sheets: dict[str, list[dict[str, Any]]] = {**SHEETS, "Capital Activity": ORDERS}
    write_workbook(house / "nav_workbook.xlsx", sheets)
    quoted = [(each, day, price) for each, prices in PRICES.items() for day, price in zip(DAYS, prices, strict=True)]
    write_prices(house / "prices_close.csv", *quoted)
    assert home.run().failure is None
    approved_and_published(home)
    nothing_wrong = weir(home, "restate", "accountant", "--cause", "a hunch")
    write_prices(house / "prices_late.csv", ("LATE", DAY, 25))
    assert home.run().failure is None
    before = [*home.published(ROWS), *home.published(PROJECT), *home.published(EFFECTS)]
    asked = weir(home, "restate", "accountant", "--cause", "late price")
    approved_and_published(home)
    assert home.run().failure is None
    after = [*home.published(ROWS), *home.published(PROJECT), *home.published(EFFECTS)]
    return home, before, after, nothing_wrong, asked


PROJECT = f"select version, net_assets from marts.fact_project_nav where event_date = '{DAY}'"
EFFECTS = (
    "select effect_type, subject_id, published_amount, correct_amount, difference, is_open "
    "from marts.fact_nav_restatement_effects order by all"
)


def test_a_restatement_of_nothing_wrong_is_refused(story: Story) -> None:
    *_, nothing_wrong, _ = story
    assert nothing_wrong.exit_code == 1
    assert "no published NAV of ONE is wrong" in " ".join(nothing_wrong.output.split())


def test_a_late_price_shows_the_published_nav_to_be_wrong_and_who_asks_sees_what_is_to_correct(story: Story) -> None:
    _, before, _, _, asked = story
    assert before[0] == (1, D("10.84"), 2, D("11"), True, "RESTATE", DAY, True, None, *LOST)
    assert asked.exit_code == 0
    # 10.84 / 11 - 1
    assert "ONE version 1: 10.84 USD, correct 11 by version 2 (-1.454545%), threshold 1.00%" in asked.output
    assert "treatment RESTATE, 2 orders, FUND lost 1.6 USD, REDEEMERS lost 0.8 USD" in asked.output


def test_the_strike_that_corrects_is_warned_of_and_not_blocked(story: Story) -> None:
    home, *_ = story
    assert home.published(
        "select v.outcome, v.severity, round(v.actual, 8) from marts.fact_nav_validations as v "
        "inner join marts.fact_nav_runs as r using (organization_id, product_id, event_date, strike_id) "
        f"where v.rule_code = 'RESTATEMENT_MATERIAL' and v.product_id = 'ONE' and v.event_date = '{DAY}' and r.version = 2"
    ) == [("FAILED", "warning", D("-0.01454545"))]


def test_the_restated_version_takes_the_place_of_the_wrong_one_and_its_row_stays(story: Story) -> None:
    home, _, after, *_ = story
    assert after[0] == (1, D("10.84"), 2, D("11"), True, "RESTATE", DAY, False, "late price", *LOST)
    assert home.published(
        f"select version, status, is_in_force from marts.fact_nav where product_id = 'ONE' and event_date = '{DAY}' order by 1"
    ) == [(1, "SUPERSEDED", False), (2, "PUBLISHED", True)]
    ((said,),) = home.published(
        "select correction from marts.fact_nav_approvals where step = 'RESTATE' and is_accepted"
    )
    assert said.startswith("ONE version 1: 10.84 USD, correct 11 by version 2")


def test_orders_and_the_project_are_reckoned_again_as_new_versions(story: Story) -> None:
    """BOTH was never published, so that its newest strike counts: 1,000 + 10 x 25 + 5 x 31; OTHER is 1,000 + 20 x 31."""
    _, before, after, *_ = story
    others = D(1000 + 250 + 155) + D(1000 + 620)
    wrong, right = others + D(1084), others + D(1100)
    # version 1, once more for the second strike of BOTH, and once more for that of ONE when it is published
    assert (before[1], after[1]) == ((2, wrong), (3, right))
    effects = [
        ("ORDER", "in", D("108.4"), D(110), D("1.6")),
        ("ORDER", "out", D("54.2"), D(55), D("0.8")),
        ("PROJECT_NAV", "P", wrong, right, D(16)),
    ]
    assert before[2:] == [(*effect, True) for effect in effects]
    assert after[2:] == [(*effect, False) for effect in effects]


def test_the_wrong_and_the_correct_nav_are_traced_to_both_prices(story: Story) -> None:
    home, *_ = story
    step = trace(home.settings, "fact_nav_restatements.deviation_rate", {"product_id": "ONE"})
    assert [inner.value for inner in step.inputs] == [D("10.84"), D("11")]
    loss = trace(home.settings, "fact_nav_restatement_effects.difference", {"subject_id": "in"})
    assert [inner.value for inner in loss.inputs] == [D("108.4"), D("110")]
