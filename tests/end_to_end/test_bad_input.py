"""One delivery with every way of being wrong, beside good files of two organisations, through the command a person types.

Outcomes: input-contracts 1.1 (feeds, duplicates, files still being written), 1.4 (reason codes), 2.3 (what blocks what).
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal

import pytest

from ingestion.samples import bad_expected as expected
from ingestion.samples.bad_expected import expected_outcomes
from ingestion.samples.bad_files import recipes, write_bad_file
from orchestration.running import RunReport
from orchestration.settings import PROJECT
from tests.end_to_end.bad_files import (
    asset_cells,
    cells,
    drop,
    sheet_of,
    small_workbook,
    variant,
    with_asset_row,
    without_collateral,
    without_sheets,
)
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

FX = "base_currency,quote_currency,as_of,rate\nEUR,USD,2024-03-28,1.0811\nEUR,USD,2024-03-29,dear\nEUR,GBP,2024-03-28,0.855\n"
# Every sample of one file that must be refused; what each of them must be told apart by is for the samples' own test.
REFUSALS = tuple(
    delivery
    for case in expected_outcomes().cases
    for delivery in case.deliveries
    if delivery.status == "rejected" and delivery.file == delivery.delivered_as
)


@dataclass(frozen=True)
class Delivery:
    """The home after the delivery, what the command printed, and the reports of the runs after it."""

    home: Home
    first: subprocess.CompletedProcess[str]
    publication: str
    after_completion: RunReport
    identical: RunReport
    raw_rows: tuple[int, int]  # in clo_assets after the first run and after the last


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    home = Home(tmp_path_factory.mktemp("bad_input"))
    work = tmp_path_factory.mktemp("workbooks")
    sound, four = small_workbook(work / "sound.xlsx"), small_workbook(work / "four.xlsx", deals=4)
    for files in recipes().values():
        for name, recipe in files.items():
            if name in {refusal.file for refusal in REFUSALS}:
                drop(home.inbox, name, write_bad_file(work / name, recipe)[0])
    bad_asset = with_asset_row(["BRSNEW001", ..., ..., ..., ..., ..., ..., "soon"])
    drop(home.inbox, "northern/fund-a/book.xlsx", variant(sound, work / "a", without_collateral("MAG16"), bad_asset))
    # Feed fund-b states a deal of its own and one that fund-a states too, with other cash.
    others = without_sheets(sheet_of("MAG14"), sheet_of("MAG16"))
    drop(
        home.inbox, "northern/fund-b/book.xlsx", variant(four, work / "b", others, cells(sheet_of("MAG17"), {"I5": 7}))
    )
    southern = variant(
        sound,
        work / "s",
        cells(sheet_of("MAG17"), {"I5": 1_000_000}),
        # tests 2, 3, 4 and 5 of the list: a number of no test, no direction, another word, test 1 again
        cells(sheet_of("MAG16"), {"L5": 999, "N6": None, "N7": "Least", "L8": 1}),
        asset_cells(2, {"Country": None, "S&P Industry": None, "Moody's Rating-21": "Zz9"}),
    )
    drop(home.inbox, "southern/book.xlsx", southern)
    drop(home.inbox, "rates.csv", FX)
    late = drop(home.inbox, "southern/late.xlsx", southern.read_bytes()[:50_000], age=dt.timedelta())

    first = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "run", "--home", str(home.settings.home)],
        cwd=PROJECT,
        env=os.environ | {"WEIR_SETTLE_SECONDS": "0", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    publication = home.settings.published_link.resolve().name if home.settings.published_link.exists() else ""
    ((rows,),) = home.warehouse.rows("select count(*) from raw.clo_assets")
    late.write_bytes(southern.read_bytes())
    after_completion, identical = home.run(), home.run()
    ((rows_at_last,),) = home.warehouse.rows("select count(*) from raw.clo_assets")
    return Delivery(home, first, publication, after_completion, identical, (rows, rows_at_last))


def test_the_delivery_is_published_without_a_stack_trace(delivery: Delivery) -> None:
    printed = delivery.first.stdout + delivery.first.stderr
    assert "Traceback" not in printed
    assert delivery.first.returncode == 0, printed
    assert delivery.publication
    for refusal in REFUSALS:
        assert f"({refusal.code})" in printed


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.file)
def test_a_wrong_file_is_refused_with_its_reason_and_what_to_do(delivery: Delivery, refusal: expected.Delivery) -> None:
    looks = delivery.home.warehouse.rows(
        "select l.status, l.reason_code, l.advice, f.outcome from raw.loads l "
        "join ops.inbox_files f using (load_id) where f.file_name = ?",
        [refusal.file],
    )
    assert len(looks) == 1  # the later runs do not look at it again
    ((status, code, advice, outcome),) = looks
    assert (status, code, outcome) == ("rejected", refusal.code, "rejected")
    assert advice


def test_nothing_of_a_refused_file_reaches_a_table(delivery: Delivery) -> None:
    for table in ("cells", "clo_assets", "clo_deals", "fx_rates", "rejected_rows", "row_counts"):
        assert delivery.home.warehouse.rows(
            f"select count(*) from raw.{table} t join raw.loads l on l.load_id = t._load_id where l.status = 'rejected'"
        ) == [(0,)]


def test_a_deal_without_its_collateral_is_not_published_and_the_others_are(delivery: Delivery) -> None:
    statuses = dict(
        delivery.home.published(
            "select entity_id, (status, rule_code) from marts.entity_status where organization_id = 'northern'"
        )
    )
    assert statuses == {
        "MAG6": ("current", None),
        "MAG14": ("current", None),
        "MAG16": ("never_published", "MISSING_BLOCK"),
        "MAG17": ("current", None),
    }
    for mart in ("fact_pool_metrics", "fact_oc_tests", "fact_deal_holdings", "fact_pool_concentrations"):
        deals = delivery.home.published(f"select distinct deal_id from marts.{mart} where organization_id = 'northern'")
        assert sorted(deals) == [("MAG14",), ("MAG17",), ("MAG6",)], mart
    ((message, advice),) = delivery.home.warehouse.rows(
        "select message, advice from raw.findings where code = 'MISSING_BLOCK'"
    )
    assert "northern/fund-a/book.xlsx, 'Mag 16 Inputs'" in message
    assert "collateral" in message
    assert "last good version" in advice


def test_a_bad_row_is_quarantined_whole_and_the_rest_of_its_file_is_published(delivery: Delivery) -> None:
    ((sheet, row, column, code, message, payload),) = delivery.home.warehouse.rows(
        "select _sheet, _row, _column, reason_code, message, payload from raw.rejected_rows where table_name = 'clo_assets'"
    )
    assert (sheet, row, column, code) == ("All Assets", 52, "H", "BAD_DATE")
    assert message == "northern/fund-a/book.xlsx, 'All Assets'!H52: maturity must be a day, found 'soon' (BAD_DATE)"
    assert "BRSNEW001" in payload
    assert delivery.home.published(
        "select count(*) from marts.dim_asset where organization_id = 'northern' and asset_id = 'BRSNEW001'"
    ) == [(0,)]
    ((message,),) = delivery.home.warehouse.rows("select message from raw.rejected_rows where table_name = 'fx_rates'")
    assert message.startswith("rates.csv")
    assert "'dear'" in message
    assert delivery.home.published(
        "select quote_currency, rate_date, rate from marts.fact_fx_rates where base_currency = 'EUR' order by 1"
    ) == [("GBP", dt.date(2024, 3, 28), Decimal("0.855")), ("USD", dt.date(2024, 3, 28), Decimal("1.0811"))]


def test_a_deal_belongs_to_the_feed_that_stated_it_first(delivery: Delivery) -> None:
    contested = delivery.home.warehouse.rows(
        "select distinct l.file_name, json_extract_string(r.payload, '$.deal_id') from raw.rejected_rows r "
        "join raw.loads l on l.load_id = r._load_id where r.reason_code = 'OWNED_BY_OTHER_FEED'"
    )
    assert contested == [("northern/fund-b/book.xlsx", "MAG17")]
    ((message, advice),) = delivery.home.warehouse.rows(
        "select message, advice from raw.findings where code = 'OWNED_BY_OTHER_FEED'"
    )
    assert "deal MAG17 belongs to feed 'fund-a'" in message
    assert advice
    # The cash of MAG17 that fund-b states is 7.
    ((cash,),) = delivery.home.published(
        "select principal_cash from marts.fact_pool_metrics where organization_id = 'northern' and deal_id = 'MAG17'"
    )
    assert cash > 1_000_000


def test_organisations_with_the_same_ids_never_meet(delivery: Delivery) -> None:
    cash = dict(
        delivery.home.published(
            "select organization_id, principal_cash from marts.fact_pool_metrics where deal_id = 'MAG17'"
        )
    )
    assert cash["southern"] == pytest.approx(1_000_000)
    assert cash["northern"] > 2_000_000
    assert delivery.home.published(
        "select distinct entity_id from marts.entity_status where organization_id = 'southern' and status = 'current' order by 1"
    ) == [("MAG14",), ("MAG16",), ("MAG17",)]
    assert delivery.home.published(
        "select count(*) from marts.dim_asset where organization_id = 'southern' and is_current"
    ) == [(50,)]


def test_what_is_wrong_with_a_test_is_named_and_the_other_tests_are_published(delivery: Delivery) -> None:
    """Source: clo-compliance 1.2, Q9, Q34. Of a test listed twice neither row is taken, so that it is none of the list."""
    home = delivery.home

    def results(where: str) -> dict[int, tuple]:
        rows = home.published(
            "select test_number, passed, result is null, reason from marts.fact_compliance_results "
            f"where organization_id = 'southern' and deal_id = 'MAG16' and {where}"
        )
        return {number: tuple(found) for number, *found in rows}

    listed = results("is_listed")
    assert listed[999] == (None, True, "the catalogue has no test 999")
    for number in (3, 4):
        passed, is_unknown, reason = listed[number]
        assert (passed, is_unknown) == (None, False)
        assert "direction must be MIN or MAX" in reason
    twice = home.warehouse.rows(
        "select r._row, r.reason_code from raw.rejected_rows as r inner join raw.loads as l on l.load_id = r._load_id "
        "where r.table_name = 'clo_deal_tests' and l.organization_id = 'southern' order by 1"
    )
    assert twice == [(4, "DUPLICATE_KEY"), (8, "DUPLICATE_KEY")]
    assert 1 in results("not is_listed")
    ((asset,),) = home.warehouse.rows(
        "select asset_id from intermediate.int_clo__holdings where organization_id = 'southern' and deal_id = 'MAG16' "
        "and country is null"
    )
    assert listed[14] == (None, True, f"country not known for {asset}")
    assert listed[27] == (None, True, f"sp_industry not known for {asset}")
    assert listed[7] == (None, True, f"moodys_rating not known for {asset}")
    decided = [number for number, (passed, *_) in listed.items() if passed is not None]
    assert {6, 9, 13, 33, 35, 36, 38} <= set(decided)
    assert home.published(
        "select status from marts.fact_quality_results where check_name = 'moodys_ratings_are_in_scale'"
    ) == [("failed",)]


def test_a_file_still_being_written_waits_and_is_taken_in_when_it_is_whole(delivery: Delivery) -> None:
    assert "southern/late.xlsx: expected a complete file" in delivery.first.stdout
    assert delivery.after_completion.failure is None
    assert delivery.after_completion.waiting == ()
    # Its content is that of book.xlsx of the same feed, so it changes nothing.
    ((outcome, code, message),) = delivery.home.warehouse.rows(
        "select outcome, reason_code, message from ops.inbox_files where file_name = 'southern/late.xlsx'"
    )
    assert (outcome, code) == ("duplicate", "DUPLICATE_CONTENT")
    assert "nothing to do" in message
    assert delivery.after_completion.published == delivery.publication


def test_an_identical_run_changes_nothing(delivery: Delivery) -> None:
    assert delivery.identical.nothing_new
    assert delivery.identical.published == delivery.publication
    assert delivery.raw_rows[0] == delivery.raw_rows[1]


def test_every_row_and_cell_of_the_delivery_is_accounted_for(delivery: Delivery) -> None:
    assert delivery.home.published(
        "select distinct check_name, status from marts.fact_quality_results "
        "where check_name in ('every_cell_is_kept', 'every_row_is_accounted_for') order by 1"
    ) == [("every_cell_is_kept", "passed"), ("every_row_is_accounted_for", "passed")]
