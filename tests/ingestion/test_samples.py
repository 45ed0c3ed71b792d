"""What the demo generator must hold without writing workbooks: parameters, terms, story, schedules, market files. File checks are elsewhere."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import itertools
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ingestion.samples import ratings, write_demo, write_scaled_clo_workbook
from ingestion.samples.asset_sheets import COLUMNS, correlation_matrix
from ingestion.samples.events import Book
from ingestion.samples.history import Snapshot, restated, unfold
from ingestion.samples.measures import diversity_score
from ingestion.samples.parameters import Deal, load_deals, load_tests
from ingestion.samples.reference_sheet import sink_rows, transition_matrix
from ingestion.samples.schedule import payment_schedule, us_holidays
from ingestion.samples.story import Story, load_story

SHARED = Path(__file__).parents[3] / "shared" / "data"
SEED = 20160323


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


@pytest.fixture(scope="module")
def history() -> list[Snapshot]:
    return list(unfold(load_story(), load_deals(), SEED))


def _ranks(snapshot: Snapshot) -> dict[str, int]:
    rated = snapshot.assets[
        (snapshot.assets["moodys_issuer_rating"] != "NR") & ~snapshot.assets["is_default_obligation"]
    ]
    return {row["asset_id"]: ratings.rank_of(row["moodys_issuer_rating"]) for row in _records(rated)}


def test_every_workbook_lists_384_assets_with_distinct_ids(history: list[Snapshot]) -> None:
    for snapshot in history:
        assert len(snapshot.assets) == 384
        assert snapshot.assets["asset_id"].is_unique
        assert snapshot.assets["asset_id"].str.fullmatch(r"BRS[A-Z0-9]{6}").all()


def test_dates_are_the_eight_of_the_input_contract(history: list[Snapshot]) -> None:
    # input-contracts 6
    expected = [
        "2016-03-23",
        "2016-06-23",
        "2016-09-23",
        "2016-12-23",
        "2017-03-23",
        "2017-06-23",
        "2017-09-22",
        "2017-12-22",
    ]
    assert [str(snapshot.as_of) for snapshot in history] == expected


def test_ratings_move_at_least_fifteen_times_each_way(history: list[Snapshot]) -> None:
    ups = downs = 0
    for before, after in itertools.pairwise(history):
        first, second = _ranks(before), _ranks(after)
        moves = [second[asset] - first[asset] for asset in first.keys() & second.keys()]
        ups += sum(move < 0 for move in moves)
        downs += sum(move > 0 for move in moves)
    assert ups >= 15
    assert downs >= 15


def test_three_assets_default_and_one_is_cured(history: list[Snapshot]) -> None:
    defaulted = [set(snapshot.assets.loc[snapshot.assets["is_default_obligation"], "asset_id"]) for snapshot in history]
    assert len(set().union(*defaulted)) == 3
    assert defaulted[0] == set()
    cured = set().union(*defaulted) - defaulted[-1]
    assert len(cured) == 1
    assert cured <= set(history[-1].assets["asset_id"])


def test_two_deals_breach_a_coverage_test_and_cure_it_later(history: list[Snapshot]) -> None:
    tests = load_tests()
    breached: dict[int, list[bool]] = {}
    for snapshot in history:
        for item in snapshot.deals:
            limit = item.deal.thresholds.get(38, tests[38].threshold)
            assert limit is not None
            breached.setdefault(item.deal.number, []).append(item.results[38] < limit)
    failing = {number: flags for number, flags in breached.items() if any(flags)}
    assert len(failing) >= 2
    assert all(not flags[0] and not flags[-1] for flags in failing.values())


def test_overcollateralisation_triggers_tell_the_same_story_as_the_junior_test(history: list[Snapshot]) -> None:
    """OC ratio of a class = (performing par + defaulted par at market + principal cash) / debt down to it (clo-liabilities-waterfall 4.1,
    here without haircuts): only the two deals of the story fall to a trigger."""
    failing: set[tuple[int, str]] = set()
    for snapshot in history:
        assets = snapshot.assets
        worth = np.where(assets["is_default_obligation"], assets["market_value"] / 100.0, 1.0)
        value_of = dict(zip(assets.index, worth, strict=True))
        for item in snapshot.deals:
            numerator = item.principal_cash + sum(
                par * value_of[place] for place, par in zip(item.held.tolist(), item.par.tolist(), strict=True)
            )
            senior = 0.0
            for tranche in item.deal.classes:
                senior += tranche.current
                if tranche.oc_trigger is not None and numerator / senior <= tranche.oc_trigger:
                    failing.add((item.deal.number, str(snapshot.as_of)))
    assert failing == {(9, "2016-12-23"), (9, "2017-03-23"), (12, "2016-12-23"), (12, "2017-03-23")}


def test_principal_of_an_amortising_deal_goes_to_its_classes_and_nowhere_else(history: list[Snapshot]) -> None:
    """After its reinvestment period deal 6 buys nothing: par + cash falls by exactly what its senior classes were paid."""
    after = [
        next(item for item in snapshot.deals if item.deal.number == 6)
        for snapshot in history
        if str(snapshot.as_of) >= "2016-09-23"
    ]
    for before, now in itertools.pairwise(after):
        left = set(before.held) - set(now.held)
        assert set(now.held) <= set(before.held)
        assert left
        paid = sum(
            old.current - new.current
            for old, new in zip(before.deal.classes, now.deal.classes, strict=True)
            if old.name != "Class X"
        )
        lost = float(before.par.sum() - now.par.sum()) + before.principal_cash - now.principal_cash
        assert lost == pytest.approx(paid, abs=0.05)


def test_pool_and_principal_cash_make_the_target_on_the_first_date(history: list[Snapshot]) -> None:
    for item in history[0].deals:
        assert float(item.par.sum()) + item.principal_cash == pytest.approx(item.deal.target, abs=0.005)


def test_every_held_asset_is_listed_and_held_once_with_positive_par(history: list[Snapshot]) -> None:
    for snapshot in history:
        for item in snapshot.deals:
            assert set(item.held) <= set(snapshot.assets.index)
            assert len(set(item.held)) == len(item.held)
            assert (item.par > 0).all()


def test_coupon_is_spread_over_the_greater_of_index_and_floor(history: list[Snapshot]) -> None:
    for snapshot in (history[0], history[-1]):
        fixing = float(snapshot.libor.latest(np.array([snapshot.as_of], dtype="datetime64[D]"))[0]) / 100.0
        loans = snapshot.assets[
            (snapshot.assets["coupon_type"] == "FLOAT") & (snapshot.assets["index_name"] == "3M Libor")
        ]
        expected = [round(row["coupon_spread"] + max(row["libor_floor"], fixing), 8) for row in _records(loans)]
        assert loans["coupon"].tolist() == pytest.approx(expected, abs=1e-9)


def test_deal_class_and_asset_attributes_change_over_time(history: list[Snapshot]) -> None:
    first, last = ({item.deal.number: item.deal for item in snapshot.deals} for snapshot in (history[0], history[-1]))
    assert first[8].name != last[8].name
    assert first[11].dates.reinvestment_end != last[11].dates.reinvestment_end
    assert first[11].classes[0].spread != last[11].classes[0].spread


def test_a_restatement_changes_one_deal_only(history: list[Snapshot]) -> None:
    story = load_story()
    sent = next(snapshot for snapshot in history if snapshot.as_of == story.restatement.date)
    corrected = restated(sent, story)
    changed = [
        old.deal.number
        for old, new in zip(sent.deals, corrected.deals, strict=True)
        if old.principal_cash != new.principal_cash or not np.array_equal(old.par, new.par)
    ]
    assert changed == [14]


@pytest.mark.parametrize(
    ("issuer", "facility_outlook", "issuer_outlook", "probability", "warf"),
    [  # clo-compliance 3.3
        ("B2", "", "", "B2", "B2"),
        ("B2", "Downgrade", "", "B3", "Caa1"),
        ("B2", "Upgrade", "", "B1", "B1"),
        ("B2", "", "Negative", "B2", "B3"),
    ],
)
def test_default_probability_ratings_follow_outlooks(
    issuer: str, facility_outlook: str, issuer_outlook: str, probability: str, warf: str
) -> None:
    rank, facility, obligor = (
        np.array([ratings.rank_of(issuer)]),
        np.array([facility_outlook]),
        np.array([issuer_outlook]),
    )
    assert ratings.moodys(ratings.default_probability_rank(rank, facility))[0] == probability
    assert ratings.moodys(ratings.warf_rank(rank, facility, obligor))[0] == warf


def test_recovery_rate_rises_with_notches_above_the_obligor() -> None:
    # clo-compliance 3.6: B2 obligor; facility two notches above, one above, equal, one below
    facility = np.array([ratings.rank_of(name) for name in ("Ba3", "B1", "B2", "B3")])
    obligor = np.full(4, ratings.rank_of("B2"))
    no = np.zeros(4, dtype=bool)
    assert ratings.recovery_rates(obligor, facility, ~no, no).tolist() == [0.60, 0.50, 0.45, 0.40]
    assert ratings.recovery_rates(obligor, facility, no, no).tolist() == [0.55, 0.45, 0.35, 0.25]
    assert ratings.recovery_rates(obligor, facility, no, ~no).tolist() == [0.50] * 4


def test_diversity_score_of_equal_issuers_in_two_industries() -> None:
    """Three equal issuers in one industry score 2, one alone scores 1 (clo-compliance 3.7)."""
    score = diversity_score(pd.Series([1.0, 1.0, 1.0, 1.0]), pd.Series(list("abcd")), pd.Series(["x", "x", "x", "y"]))
    assert score == pytest.approx(3.0)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=30))
def test_correlation_matrix_is_symmetric_and_positive_definite(members: list[tuple[int, int]]) -> None:
    matrix = correlation_matrix([f"i{issuer}" for issuer, _ in members], [f"s{issuer % 4}" for issuer, _ in members])
    assert np.array_equal(matrix, matrix.T)
    assert (np.diag(matrix) == 1.0).all()
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_transition_rows_are_distributions_and_default_is_absorbing() -> None:
    matrix = transition_matrix(18)
    assert matrix.sum(axis=1) == pytest.approx(np.ones(18))
    assert (matrix >= 0).all()
    assert matrix[-1, -1] == 1.0


def test_a_sink_schedule_repays_the_amount_issued_from_its_first_instalment(history: list[Snapshot]) -> None:
    """For a loan whose first payment falls after 2015 no instalment is left out, so they sum to the amount issued."""
    young = history[-1].assets[history[-1].assets["first_payment_date"] >= "2016-01-01"]
    assert len(young) > 10
    totals: dict[str, float] = {}
    for asset_id, _, amount in sink_rows(young):
        assert isinstance(asset_id, str)
        assert isinstance(amount, float)
        assert amount > 0
        totals[asset_id] = totals.get(asset_id, 0.0) + amount
    assert [totals[row["asset_id"]] for row in _records(young)] == pytest.approx(
        young["facility_size"].tolist(), abs=0.01
    )


@pytest.mark.parametrize("deal", load_deals(), ids=lambda deal: deal.label)
def test_payments_fall_on_the_first_business_day_from_the_payment_day_on(deal: Deal) -> None:
    """Counted day by day, independently of the vectorised schedule (clo-liabilities-waterfall 1.2)."""
    closed = {day for day, _ in us_holidays()}

    def is_open(day: dt.date) -> bool:
        return day.weekday() < 5 and day not in closed

    schedule = payment_schedule(deal)
    assert len(schedule.payment) == 182
    for step in (0, 1, 7, 40):
        months = deal.dates.first_payment.month - 1 + 3 * step
        day = dt.date(deal.dates.first_payment.year + months // 12, months % 12 + 1, deal.payment_day)
        while not is_open(day):
            day += dt.timedelta(days=1)
        assert schedule.payment[step].item() == day
        left = deal.determination_offset
        while left:
            day -= dt.timedelta(days=1)
            left -= is_open(day)
        assert schedule.collection_end[step].item() == day


def test_the_asset_sheet_has_seventy_named_columns_in_legacy_order() -> None:
    headers = [header for header, _, _ in COLUMNS]
    assert len(headers) == len(set(headers)) == 70
    # clo-workbook 1.2: positions of a few columns, trailing spaces kept
    assert (headers[0], headers[21], headers[28], headers[45], headers[69]) == (
        "BLKRockID",
        "Country ",
        "Delayed Drawdown ",
        "Moody's Rating WARF",
        "Credit Opinion",
    )


def test_holdings_that_do_not_fit_the_story_are_refused(history: list[Snapshot]) -> None:
    story = load_story()
    stray = story.model_dump(by_alias=True) | {"dates": story.dates[:2]}
    with pytest.raises(ValidationError, match="every event on one of the dates"):
        Story.model_validate(stray)
    broken = story.model_copy(
        update={
            "restatement": story.restatement.model_copy(update={"collateral": {"deal": 14, "asset": 500, "par": 1.0}})
        }
    )
    with pytest.raises(ValueError, match="expected deal 14 to hold asset 500"):
        restated(history[2], broken)


def test_unknown_parts_and_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError,
        match="expected some of clo, market, trades, payments, prices, nav, funds, ledger, bank, portals, found fund",
    ):
        write_demo(tmp_path, parts=("fund",))
    with pytest.raises(ValueError, match="deals: expected at least 3, found 1"):
        write_scaled_clo_workbook(tmp_path / "x.xlsx", deals=1)


def test_names_and_ids_are_not_those_of_the_real_asset_list(history: list[Snapshot]) -> None:
    source = SHARED / "clo" / "mag17_assets.csv"
    if not source.exists():
        pytest.skip("the reference asset list is not on this machine")
    with source.open(encoding="utf-8") as file:
        real = list(csv.DictReader(file))
    for column, ours in (("BLKRockID", "asset_id"), ("Issuer Name", "issue_name")):
        theirs = {row[column] for row in real}
        for snapshot in history:
            assert theirs.isdisjoint(snapshot.assets[ours])


def test_the_three_month_index_is_not_the_real_fixing(history: list[Snapshot]) -> None:
    source = SHARED / "market" / "usd_libor_3m_1986_2019.csv"
    if not source.exists():
        pytest.skip("the reference fixings are not on this machine")
    with source.open(encoding="utf-8") as file:
        real = {row["DATE"]: row["USD3MTD156N"] for row in csv.DictReader(file)}
    path = history[0].libor
    same = sum(f"{percent:.5f}" == real.get(str(day)) for day, percent in zip(path.days, path.percent, strict=True))
    assert same < 0.01 * len(path.days)


def _digests(files: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]


def test_a_scaled_workbook_is_the_same_bytes_again_and_another_with_another_seed(tmp_path: Path) -> None:
    size = {"deals": 3, "assets": 60, "correlation_ids": 40}
    files = [write_scaled_clo_workbook(tmp_path / name, **size) for name in ("one.xlsx", "two.xlsx")]
    assert len(set(_digests(files))) == 1
    other = write_scaled_clo_workbook(tmp_path / "three.xlsx", **size, seed=1)
    assert _digests([other]) != _digests(files[:1])
    with zipfile.ZipFile(files[0]) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_book_never_changes_in_place() -> None:
    with pytest.raises(AttributeError):
        Book(load_deals()[0], np.array([1]), np.array([1.0]), 0.0).principal_cash = 1.0  # type: ignore[misc]
