"""Strikes of a small house from files to the publication: the same inputs give the same strike, a late price only what it touches.

Three funds; two hold the share whose price comes late. Amounts can be reckoned by hand. Source: nav 1.3, 3 and 6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from openpyxl import Workbook

from orchestration.graph import build_definitions
from orchestration.trace import trace
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

DAYS = (dt.date(2026, 3, 9), dt.date(2026, 3, 10))
HELD = {"BOTH": {"LATE": 10, "KNOWN": 5}, "ONE": {"LATE": 4}, "OTHER": {"KNOWN": 20}}  # shares by fund
CASH = 1000
FUND = {"project_id": "P", "status": "ACTIVE", "currency": "USD", "measurement_basis": "FAIR_VALUE", "nav_dp": 4}
PRICES = {"LATE": (20, 21), "KNOWN": (30, 31)}  # by day
RESTATED = Decimal("21.5")  # of LATE on the second day
SHEETS: dict[str, list[dict[str, Any]]] = {
    "Projects": [{"project_id": "P", "project_name": "House", "currency": "USD"}],
    "Fund Products": [
        {"product_id": fund, "product_name": fund, "subtype": "MUTUAL", "shares_outstanding": 100, **FUND} for fund in HELD
    ],
    "Instruments": [
        {"instrument_id": each, "name": each, "instrument_type": "EQUITY", "currency": "USD", "quote_basis": "PER_UNIT"}
        for each in PRICES
    ]
    + [{"instrument_id": "CASH-USD", "name": "Cash", "instrument_type": "CASH", "currency": "USD", "quote_basis": "PER_UNIT"}],
    "Holdings": [
        {
            "product_id": fund, "instrument_id": each, "as_of_date": day, "quantity": quantity, "currency": "USD",
            "holding_type": "CASH" if each == "CASH-USD" else "EQUITY", "source": "CUSTODIAN",
        }
        for fund, held in HELD.items()
        for each, quantity in {**held, "CASH-USD": CASH}.items()
        for day in DAYS
    ],
}  # fmt: skip


def write_workbook(path: Path, sheets: Mapping[str, list[dict[str, Any]]] = SHEETS) -> None:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    path.with_name(f"{path.name}.feed.yaml").write_text("as_of: 2026-03-10\n")


def write_prices(path: Path, *quoted: tuple[str, dt.date, Decimal | int]) -> None:
    lines = [f"{each},CLOSE,{day}T16:00:00Z,EXCHANGE,{price},USD" for each, day, price in quoted]
    path.write_text("instrument_id,price_type,as_of,source,price,currency\n" + "\n".join(lines) + "\n")
    path.with_name(f"{path.name}.feed.yaml").write_text("kind: price_feed\nas_of: 2026-03-10\n")


def deliver(home: Home) -> None:
    write_workbook(home.inbox / "house" / "nav_workbook.xlsx")
    quoted = [(each, day, price) for each, prices in PRICES.items() for day, price in zip(DAYS, prices, strict=True)]
    write_prices(home.inbox / "house" / "prices_close.csv", *quoted)
    assert home.run().failure is None


Strikes = dict[tuple[str, dt.date], tuple[int, str, Decimal]]


def strikes(home: Home) -> Strikes:
    """Version, strike and net assets in force by product and day."""
    rows = home.warehouse.rows(
        "select product_id, valuation_date, max(version), arg_max(strike_id, version), arg_max(net_assets, version) "
        "from ops.nav_runs where status = 'STRUCK' group by all"
    )
    return {(product, day): (version, strike, net) for product, day, version, strike, net in rows}


def net_assets(fund: str, price_of: dict[str, Decimal]) -> Decimal:
    return sum((quantity * price_of[each] for each, quantity in HELD[fund].items()), Decimal(CASH))


@pytest.fixture(scope="module")
def story(new_home: Callable[[str], Home]) -> tuple[Home, Strikes, Strikes]:
    """The house, its strikes before the late price and after it."""
    home = new_home("strikes")
    deliver(home)
    before = strikes(home)
    late = home.inbox / "house" / "prices_late.csv"
    write_prices(late, ("LATE", DAYS[1], RESTATED))
    assert home.run().failure is None
    return home, before, strikes(home)


def test_every_fund_is_struck_on_every_day_it_states(story: tuple[Home, Strikes, Strikes]) -> None:
    _, before, _ = story
    expected = {
        (fund, day): (1, net_assets(fund, {each: Decimal(prices[at]) for each, prices in PRICES.items()}))
        for fund in HELD
        for at, day in enumerate(DAYS)
    }
    assert {key: (version, net) for key, (version, _, net) in before.items()} == expected


def test_a_late_price_makes_a_new_version_of_what_holds_the_share_on_that_day_and_of_nothing_else(
    story: tuple[Home, Strikes, Strikes],
) -> None:
    _, before, after = story
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {("BOTH", DAYS[1]), ("ONE", DAYS[1])}
    price_of = {"LATE": RESTATED, "KNOWN": Decimal(31)}
    for fund, day in changed:
        version, strike, net = after[fund, day]
        assert (version, net) == (2, net_assets(fund, price_of))
        assert strike != before[fund, day][1]


def test_the_version_says_which_line_moved_and_why(story: tuple[Home, Strikes, Strikes]) -> None:
    home, *_ = story
    found = home.published(
        "select product_id, version, previous_version, line_id, cause, previous_price, price, base_amount_change "
        "from marts.fact_nav_version_changes order by product_id"
    )
    line = "position//LATE/LONG"
    gain = RESTATED - 21
    assert found == [
        (fund, 2, 1, line, "PRICE", Decimal(21), RESTATED, HELD[fund]["LATE"] * gain) for fund in ("BOTH", "ONE")
    ]


def test_the_change_of_a_line_is_traced_to_the_prices_of_both_versions(story: tuple[Home, Strikes, Strikes]) -> None:
    home, *_ = story
    step = trace(home.settings, "fact_nav_version_changes.base_amount_change", {"product_id": "ONE"})
    now, before = (inner.inputs[0] for inner in step.inputs)
    assert (now.value - before.value, step.value) == (4 * (RESTATED - 21), 4 * (RESTATED - 21))
    priced = [
        {
            (cell.file_name, Decimal(cell.value))
            for amount in line.inputs
            for priced in amount.inputs
            if priced.column == "price"
            for source in priced.sources
            for cell in source.cells
            if source.table == "prices"
        }
        for line in (now, before)
    ]
    assert priced == [{("house/prices_late.csv", RESTATED)}, {("house/prices_close.csv", Decimal(21))}]


def test_the_version_before_is_kept_as_it_was(story: tuple[Home, Strikes, Strikes]) -> None:
    home, before, _ = story
    kept = home.warehouse.rows(
        "select strike_id, net_assets from ops.nav_runs where product_id = 'ONE' and valuation_date = ? and version = 1",
        [DAYS[1]],
    )
    assert kept == [before["ONE", DAYS[1]][1:]]


def test_the_same_files_in_another_home_give_the_same_strikes_and_digits(
    story: tuple[Home, Strikes, Strikes], new_home: Callable[[str], Home]
) -> None:
    _, before, _ = story
    other = new_home("same")
    deliver(other)
    assert strikes(other) == before


def test_a_range_of_days_struck_again_from_the_launchpad_keeps_its_versions(
    story: tuple[Home, Strikes, Strikes],
) -> None:
    home, _, after = story
    definitions = build_definitions(home.settings)
    job = definitions.resolve_job_def("restrike_navs")
    days = {"dagster/asset_partition_range_start": str(DAYS[0]), "dagster/asset_partition_range_end": str(DAYS[1])}
    with dg.DagsterInstance.ephemeral() as instance:
        selection = [dg.AssetKey(["ops", "nav_restrikes"])]
        assert job.get_subset(asset_selection=set(selection)).execute_in_process(instance=instance, tags=days).success
    assert strikes(home) == after
    outcomes = home.warehouse.rows("select outcome, count(*) from ops.nav_restrikes group by all")
    assert outcomes == [("UNCHANGED", len(after))]
