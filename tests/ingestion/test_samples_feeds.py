"""What the demo's trades, payment reports and price files must hold, read with the standard library alone.

Source: input-contracts 6, clo-extensions 5.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from ingestion.samples import write_demo
from ingestion.samples.instruments import load_instruments

PARTS = ("trades", "payments", "prices")
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_demo(tmp_path_factory.mktemp("inbox"), parts=PARTS)


def read(files: list[Path], name: str) -> Rows:
    rows: Rows = []
    for path in files:
        if path.name.startswith(name) and path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as lines:
                rows += csv.DictReader(lines)
    return rows


def test_the_feeds_are_the_same_bytes_again(demo: list[Path], tmp_path: Path) -> None:
    assert [path.read_bytes() for path in write_demo(tmp_path, parts=PARTS)] == [path.read_bytes() for path in demo]


def test_every_file_has_a_sidecar_and_history_is_back_loaded(demo: list[Path]) -> None:
    data = [path for path in demo if not path.name.endswith(".feed.yaml")]
    for path in data:
        note = yaml.safe_load(path.with_name(f"{path.name}.feed.yaml").read_text())
        assert note["organization_id"] == path.parent.name
    live = [path.name for path in data if "backload" not in path.parts and path.name.startswith(("trades", "payment"))]
    assert sorted(live) == ["payment_report_2017-12-22.csv", "trades_B-2017-05.csv"]


# --- trades ---


def test_there_are_40_trades_in_5_batches_over_3_deals(demo: list[Path]) -> None:
    trades = read(demo, "trades_")
    assert len({trade["trade_id"] for trade in trades}) == len(trades) == 40
    batches = Counter(trade["batch_id"] for trade in trades)
    assert len(batches) == 5
    assert len({trade["deal_id"] for trade in trades}) == 3
    for batch, count in batches.items():
        assert [int(t["sequence"]) for t in trades if t["batch_id"] == batch] == list(range(1, count + 1))


def test_a_trade_done_settles_after_its_day_and_one_thought_of_has_no_day(demo: list[Path]) -> None:
    for trade in read(demo, "trades_"):
        assert Decimal(trade["par"]) > 0
        if trade["status"] == "HYPOTHETICAL":
            assert trade["settle_date"] == ""
        else:
            assert trade["settle_date"] > trade["trade_date"]


# --- payment reports ---


def by_date(rows: Rows) -> dict[tuple[str, str], dict[tuple[str, str, str], str]]:
    dates: dict[tuple[str, str], dict[tuple[str, str, str], str]] = defaultdict(dict)
    for row in rows:
        dates[row["deal_id"], row["payment_date"]][row["item"], row["key"], row["measure"]] = row["value"]
    return dates


def test_four_deals_report_six_payment_dates_or_more(demo: list[Path]) -> None:
    reported = Counter(deal for deal, _ in by_date(read(demo, "payment_report_2")))
    assert len(reported) == 4
    assert min(reported.values()) >= 6


def test_each_date_opens_with_the_balances_and_days_that_the_one_before_closed_with(demo: list[Path]) -> None:
    dates = by_date(read(demo, "payment_report_2"))
    for (deal, day), figures in sorted(dates.items()):
        earlier = [other for other in sorted(dates) if other[0] == deal and other[1] < day]
        if not earlier:
            continue
        before = dates[earlier[-1]]
        assert figures["period", "", "accrual_start"] == before["period", "", "accrual_end"]
        for (item, note, measure), value in figures.items():
            if (item, measure) == ("note", "opening_balance"):
                assert value == before["note", note, "closing_balance"], (deal, day, note)


def test_a_note_accrues_on_its_opening_balance_over_actual_days_and_pays_down_to_its_closing_one(
    demo: list[Path],
) -> None:
    for figures in by_date(read(demo, "payment_report_2")).values():
        start, end = (dt.date.fromisoformat(figures["period", "", f"accrual_{at}"]) for at in ("start", "end"))
        for note in {key for item, key, _ in figures if item == "note"}:
            opening, coupon, due, paid, closing = (
                Decimal(figures["note", note, measure])
                for measure in ("opening_balance", "coupon", "interest_due", "principal_paid", "closing_balance")
            )
            exact = opening * coupon * (end - start).days / 360  # ACT/360
            assert abs(due - exact) <= Decimal("0.005")
            assert opening - paid == closing


def test_proceeds_are_what_the_steps_paid_but_for_the_one_planted_difference_of_1000(demo: list[Path]) -> None:
    off = []
    for date, figures in by_date(read(demo, "payment_report_2")).items():
        paid = sum(Decimal(value) for (item, _, m), value in figures.items() if item == "step" and m == "paid")
        difference = paid - Decimal(figures["proceeds", "interest", "collected"])
        if difference:
            off.append((date, difference))
        for key in (key for item, key, m in figures if (item, m) == ("step", "due")):
            if figures["step", key, "due"] != figures["step", key, "paid"]:
                off.append((date, key))
    assert off == [(("MAG8", "2017-04-17"), Decimal("1000.00")), (("MAG8", "2017-04-17"), "interest:5")]


def test_the_principal_account_closes_with_what_it_held_and_collected(demo: list[Path]) -> None:
    for figures in by_date(read(demo, "payment_report_2")).values():
        opening, closing = (
            Decimal(figures["account", "collection", f"{at}_principal"]) for at in ("opening", "closing")
        )
        assert opening + Decimal(figures["proceeds", "principal", "collected"]) == closing


def test_the_worked_report_states_its_four_differing_figures(demo: list[Path]) -> None:
    """Clo-extensions 5.2: what is reported of HARBOUR-1 otherwise than 4.16 has it, and two ratios as they are printed."""
    ((date, figures),) = by_date(read(demo, "payment_report_harbour")).items()
    assert date == ("HARBOUR-1", "2025-02-20")
    assert {key: figures["step", f"interest:{key}", "paid"] for key in (6, 7, 22)} == {
        6: "135749.51",
        7: "2473777.77",
        22: "963550.13",
    }
    assert (figures["test", "IC-B", "ratio"], figures["test", "OC-E", "ratio"]) == ("2.1713", "1.0653")
    steps = [
        Decimal(value)
        for (item, key, m), value in figures.items()
        if (item, m) == ("step", "paid") and key.startswith("interest:") and key.count(":") == 1
    ]
    assert (len(steps), sum(steps)) == (22, Decimal("6722200.40"))


# --- prices ---


def test_the_demo_lists_60_instruments_and_prices_name_them_alone(demo: list[Path]) -> None:
    listed = load_instruments()
    assert len(listed) == 60
    prices = read(demo, "prices_close")
    assert {row["isin"] for row in prices} - {""} == {item.isin for item in listed if item.isin}
    assert {row["ticker"] for row in prices} - {""} == {item.ticker for item in listed if not item.isin}
    assert all((row["isin"] == "") != (row["ticker"] == "") for row in prices)
    assert all(Decimal(row["bid"]) < Decimal(row["price"]) < Decimal(row["ask"]) for row in prices)


def test_there_is_a_file_of_each_json_shape(demo: list[Path]) -> None:
    rounds, market = (
        json.loads(next(path for path in demo if path.name == f"prices_{shape}.json").read_text())
        for shape in ("rounds", "market")
    )
    assert [r["roundId"] - r["answeredInRound"] for r in rounds["rounds"]].count(1) == 1
    assert all(r["answer"] > 0 for r in rounds["rounds"])
    assert set(market) == {item.instrument_id for item in load_instruments() if item.asset_class == "TOKEN"}
