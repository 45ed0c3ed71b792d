"""Terms of collateral beside the tape, from files in the inbox to the marts.

The worked tables of clo-extensions 3.1 to 3.4, their days eight years earlier, which no 30/360 accrual notices: four loans that
MAG14 alone holds, in a small workbook whose other deals hold none of them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from orchestration.running import run_as_known_at
from orchestration.trace import Step, trace
from tests.end_to_end.bad_files import ASSETS, DEALS, FIRST_ASSET_ROW, Change, drop, sheet_of, small_workbook, variant
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

DEAL = "MAG14"
FUNDING_ACCOUNT = "I7"  # principal of account 4 of a deal sheet (clo-workbook 1.4)
FIRST_OWN_ASSUMPTION = 6  # row of the list of collateral cash flows below ALL and REINVEST, from column AP
NEVER = (0, 0, 0, 0)  # prepayment, default, severity, lag
HEADERS = {  # of the tape, for the terms of the worked tables
    "maturity": "Maturity",
    "coupon_type": "Coupon Type",
    "frequency": "Payment Frequency",
    "coupon": "Coupon",
    "unfunded": "Unfunded Amount",
    "is_piking": "PiKing",
    "pik_amount": "PIK Amount",
    "dated": "Dated Date",
    "issued": "Issue Date",
    "first_payment": "First Payment Date",
    "amortization": "Amortization Type",
    "day_count": "Day Count",
    "convention": "Business Day Convention",
    "end_of_month": "PMT EOM",
}
COMMON = {
    "coupon_type": "FIXED",
    "frequency": 4,
    "dated": dt.datetime(2016, 1, 15),
    "issued": dt.datetime(2016, 1, 15),
    "first_payment": dt.datetime(2016, 4, 15),
    "amortization": None,
    "day_count": "30/360",
    "convention": None,
    "end_of_month": False,
}


@dataclass(frozen=True)
class Loan:
    """A loan of a worked table: its par, what the tape says beside COMMON, and its assumptions."""

    par: float
    tape: Mapping[str, Any]
    assumptions: tuple[float, float, float, float] = NEVER


LOANS = {
    # 3.1: CPR 10 %, CDR 2 %
    "pik": Loan(
        10e6,
        {"coupon": 0.10, "maturity": dt.datetime(2017, 1, 15), "is_piking": "Yes", "pik_amount": 400_000},
        (0.10, 0.02, 0, 0),
    ),
    "draws": Loan(4e6, {"coupon": 0.08, "maturity": dt.datetime(2017, 7, 15), "unfunded": 6_000_000}),  # 3.2
    "steps": Loan(10e6, {"coupon": 0.06, "maturity": dt.datetime(2018, 1, 15)}),  # 3.3
    "events": Loan(10e6, {"coupon": 0.08, "maturity": dt.datetime(2017, 1, 15)}),  # 3.4
}


def own_assets(path: Path) -> list[tuple[str, int]]:
    """Assets that DEAL alone holds, with their rows on its sheet."""
    book = openpyxl.load_workbook(path, read_only=True)
    held = {deal: [row[0] for row in book[sheet_of(deal)].iter_rows(4, 440, 4, 4, values_only=True)] for deal in DEALS}
    others = {asset for deal, assets in held.items() for asset in assets if deal != DEAL}
    return [(asset, row) for row, asset in enumerate(held[DEAL], start=4) if asset and asset not in others]


def as_worked(ids: Mapping[str, str], rows: Mapping[str, int]) -> Change:
    """Turn four assets of the workbook into the loans of the worked tables, and fund the deal's draws."""

    def change(book: openpyxl.Workbook) -> None:
        assets, deal, reference = book[ASSETS], book[sheet_of(DEAL)], book["Reference Table"]
        columns = {str(cell.value).strip(): cell.column for cell in assets[1]}
        lines = {assets.cell(row, 1).value: row for row in range(FIRST_ASSET_ROW, assets.max_row + 1)}
        for number, (name, loan) in enumerate(LOANS.items()):
            for field, value in {**COMMON, **loan.tape}.items():
                assets.cell(lines[ids[name]], columns[HEADERS[field]]).value = value
            deal.cell(rows[name], 5).value = loan.par
            for offset, value in enumerate((ids[name], *loan.assumptions)):
                reference.cell(FIRST_OWN_ASSUMPTION + number, reference["AP1"].column + offset).value = value
        deal[FUNDING_ACCOUNT].value = 5_500_000

    return change


def table(*rows: Mapping[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def event(asset: str, day: str, kind: str, terms: str) -> dict[str, str]:
    return {"asset_id": asset, "event_date": day, "kind": kind, "terms": terms}


def pik(ids: Mapping[str, str]) -> str:
    shares = {"2016-01-15": "1", "2016-07-15": "0.5", "2016-10-15": "0"}
    return table(
        *({"asset_id": ids["pik"], "from_date": day, "pik_share": share} for day, share in shares.items()),
        {"asset_id": ids["steps"], "from_date": "2016-06-01", "pik_share": "1.5"},
    )


def draws(ids: Mapping[str, str]) -> str:
    terms = {"available_until": "2017-01-15", "commitment_fee_rate": "1%"}
    return table(
        {"asset_id": ids["draws"], "from_date": "2016-01-15", "draw_amount": "", **terms},
        {"asset_id": ids["draws"], "from_date": "2016-05-31", "draw_amount": "3000000"},
        {"asset_id": ids["draws"], "from_date": "2016-10-01", "draw_amount": "2000000"},
    )


def events(ids: Mapping[str, str]) -> str:
    asset = ids["events"]
    return table(
        event(asset, "2016-05-30", "partial_call", '{"fraction": 0.3, "price": 1.015}'),
        event(asset, "2016-08-15", "amend_extend", '{"maturity": "2017-04-15", "coupon": 0.0875, "fee": 0.0025}'),
        event(asset, "2016-11-20", "restructuring", '{"haircut": 0.2, "coupon": 0.05, "accrued": "capitalised"}'),
        event(asset, "2016-02-01", "sale", '{"fraction": 0.5, "price": 0.99}'),
    )


def steps(ids: Mapping[str, str]) -> str:
    return table(
        {"asset_id": ids["steps"], "from_date": "2016-05-31", "step_kind": "COUPON", "rate": "0.0725"},
        {"asset_id": "NOBODY-HOLDS-IT", "from_date": "2016-05-31", "step_kind": "SPREAD", "rate": "0.04"},
    )


FLOWS = (
    "select payment_date::varchar, {} from marts.fact_asset_cash_flows "
    "where scenario_id = 'base' and deal_id = '" + DEAL + "' and asset_id = '{}' order by 1"
)


@dataclass(frozen=True)
class Walk:
    """The home after steps arrived, the ids of the worked loans, what was published and calculated before, and when."""

    home: Home
    ids: Mapping[str, str]
    before: Mapping[str, list[tuple]]
    calculated: Mapping[str, dt.datetime]
    between: dt.datetime

    def flows(self, name: str, columns: str) -> dict[str, tuple[float, ...]]:
        return flows_of(self.home, self.ids[name], columns)


def flows_of(home: Home, asset: str, columns: str) -> dict[str, tuple[float, ...]]:
    return {day: tuple(figures) for day, *figures in home.published(FLOWS.format(columns, asset))}


def all_flows(home: Home) -> dict[str, list[tuple]]:
    return {
        deal: home.published(f"select * from marts.fact_asset_cash_flows where deal_id = '{deal}' order by all")
        for deal in DEALS
    }


def calculated(home: Home) -> dict[str, dt.datetime]:
    found = home.warehouse.rows(
        "select inputs_id, calculated_at from calc.calculated where calculation = 'clo_projection'"
    )
    return {inputs_id.rpartition("/")[2]: at for inputs_id, at in found}


@pytest.fixture(scope="module")
def walk(new_home: Callable[[str], Home], tmp_path_factory: pytest.TempPathFactory) -> Walk:
    home = new_home("asset-terms")
    work = tmp_path_factory.mktemp("workbooks")
    good = small_workbook(work / "good.xlsx")
    chosen = dict(zip(LOANS, own_assets(good), strict=False))
    assert len(chosen) == len(LOANS)
    ids = {name: asset for name, (asset, _) in chosen.items()}
    book = variant(good, work / "worked.xlsx", as_worked(ids, {name: row for name, (_, row) in chosen.items()}))
    drop(home.inbox, "book.xlsx", book, "as_of: 2016-03-23\n")
    for name, text in (("pik", pik(ids)), ("draws", draws(ids)), ("events", events(ids))):
        drop(home.inbox, f"{name}.csv", text)
    assert home.run().failure is None
    before, first, between = all_flows(home), calculated(home), dt.datetime.now(dt.UTC).replace(tzinfo=None)
    drop(home.inbox, "steps.csv", steps(ids))
    assert home.run().failure is None
    return Walk(home, ids, before, first, between)


def near(*figures: float) -> tuple[Any, ...]:
    return tuple(pytest.approx(figure, abs=0.005) for figure in figures)


def test_capitalised_interest_follows_the_stated_shares(walk: Walk) -> None:
    """The table of clo-extensions 3.1: default, cash interest, capitalised, principal, balance, capitalised so far."""
    columns = (
        "default_amount, interest_payment, pik_interest, scheduled_principal + unscheduled_principal, ending_balance, "
        "pik_balance"
    )
    assert walk.flows("pik", columns) == {
        "2016-04-15": near(50_379.44, 6_466.32, 242_274.19, 258_652.86, 9_933_241.90, 629_912.90),
        "2016-07-15": near(50_043.11, 6_423.15, 240_656.82, 256_926.14, 9_866_929.46, 851_103.37),
        "2016-10-15": near(49_709.03, 125_905.39, 119_525.12, 255_210.95, 9_681_534.59, 944_326.65),
        "2017-01-15": near(48_775.03, 240_818.99, 0, 9_632_759.57, 0, 0),
    }


def test_a_commitment_is_drawn_and_pays_its_fee_as_stated(walk: Walk) -> None:
    """The table of clo-extensions 3.2: draw, interest, fee, drawn, unfunded."""
    found = walk.flows("draws", "draw, interest_payment, commitment_fee, ending_balance, unfunded_balance")
    assert dict(list(found.items())[:4]) == {
        "2016-04-15": near(0, 80_000.00, 15_000.00, 4_000_000, 6_000_000),
        "2016-07-15": near(3_000_000, 109_333.33, 11_333.33, 7_000_000, 3_000_000),
        "2016-10-15": near(2_000_000, 146_222.22, 6_722.22, 9_000_000, 1_000_000),
        "2017-01-15": near(0, 180_000.00, 2_500.00, 9_000_000, 0),
    }


def test_events_happen_on_their_days(walk: Walk) -> None:
    """The table of clo-extensions 3.4: interest, premium, principal, capitalised, balance."""
    columns = (
        "interest_payment, premium, scheduled_principal + unscheduled_principal, net_loss, pik_interest, ending_balance"
    )
    found = walk.flows("events", columns)
    assert found["2016-05-30"] == near(30_000, 45_000, 3_000_000, 0, 0, 7_000_000)
    assert found["2016-07-15"] == near(140_000, 0, 0, 0, 0, 7_000_000)
    assert walk.flows("events", "total_cash_flow")["2016-08-15"] == near(17_500)  # the fee of the extension
    assert found["2016-10-15"] == near(148_750, 0, 0, 0, 0, 7_000_000)
    assert found["2016-11-20"] == near(0, 0, 0, 1_400_000, 59_548.61, 5_659_548.61)
    assert found["2017-04-15"] == near(70_744.36, 0, 5_659_548.61, 0, 0, 0)


def test_a_coupon_that_steps_inside_a_period_pays_both_rates(walk: Walk) -> None:
    """clo-extensions 3.3: 76,666.67 + 88,611.11; the quarter before at 6 %, those after at 7.25 %."""
    found = {day: interest for day, (interest,) in walk.flows("steps", "interest_payment").items()}
    assert [found[day] for day in ("2016-04-15", "2016-07-15", "2016-10-15")] == list(
        near(150_000, 165_277.78, 181_250)
    )


def test_what_is_stated_is_not_assumed_and_what_cannot_be_is_said(walk: Walk) -> None:
    said = walk.home.published(
        f"select subject, field_name, reason from marts.fact_assumed_inputs where deal_id = '{DEAL}'"
    )
    fields = {name: {field for subject, field, _ in said if subject == asset} for name, asset in walk.ids.items()}
    assert "pik_share" not in fields["pik"]
    assert not {"draws", "commitment_fee"} & fields["draws"]
    (refused,) = [reason for subject, _, reason in said if subject == walk.ids["events"] and "EVENT_" in reason]
    assert "EVENT_BEFORE_ANALYSIS" in refused
    assert "2016-02-01" in refused


def test_a_wrong_row_is_quarantined_alone(walk: Walk) -> None:
    ((code, message),) = walk.home.warehouse.rows(
        "select reason_code, message from raw.rejected_rows where table_name = 'clo_asset_pik'"
    )
    assert code == "RULE_VIOLATION"
    assert "PIK_SHARE_RANGE" in message
    assert walk.home.warehouse.rows("select count(*) from raw.clo_asset_pik") == [(3,)]


def test_a_term_that_arrives_later_projects_its_deal_anew_and_no_other(walk: Walk) -> None:
    after = calculated(walk.home)
    assert after[DEAL] > walk.calculated[DEAL]
    assert {deal: at for deal, at in after.items() if deal != DEAL} == {
        deal: at for deal, at in walk.calculated.items() if deal != DEAL
    }
    flows = all_flows(walk.home)
    assert {deal for deal in DEALS if flows[deal] != walk.before[deal]} == {DEAL}


def test_facts_are_known_from_the_newest_term_that_they_use(walk: Walk) -> None:
    found = dict(walk.home.published("select deal_id, max(known_at) from marts.fact_asset_cash_flows group by 1"))
    assert found[DEAL] > walk.between
    assert all(found[deal] < walk.between for deal in DEALS if deal != DEAL)


def test_a_run_as_known_before_a_term_gives_the_older_answer(walk: Walk) -> None:
    past, report = run_as_known_at(walk.home.settings, walk.between)
    assert report.failure is None
    assert all_flows(Home(past.home)) == walk.before


def test_terms_of_an_asset_that_nobody_holds_are_kept_and_said_to_be_of_no_use(walk: Walk) -> None:
    rows = walk.home.warehouse.rows("select asset_id, is_held from intermediate.int_clo__asset_terms order by all")
    assert {asset for asset, is_held in rows if not is_held} == {"NOBODY-HOLDS-IT"}


def files_of(step: Step) -> set[str]:
    own = {Path(cell.file_name).name for source in step.sources for cell in source.cells}
    return own.union(*(files_of(inner) for inner in step.inputs))


def test_a_projected_flow_leads_back_to_the_tape_and_to_the_terms_beside_it(walk: Walk) -> None:
    keys = {
        "deal_id": DEAL,
        "asset_id": walk.ids["draws"],
        "scenario_id": "base",
        "payment_date": "2016-07-15",
    }
    step = trace(walk.home.settings, "fact_asset_cash_flows.interest_payment", keys, rows=1000)
    assert step.value == pytest.approx(109_333.33, abs=0.005)
    assert files_of(step) == {"book.xlsx", "draws.csv"}
