"""Notices of calls and distributions: they tie to what is booked, and a partner's sheet tells of nobody else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from orchestration.fund_reports.captions import load_templates
from orchestration.fund_reports.notice_workbook import Notified, write_notices
from orchestration.fund_reports.notices import NoticeRun, breaks, figures, notice_runs

TEMPLATES = load_templates().notices
NAMES = {"A": "Alpha Pension", "B": "Beta Endowment"}
TABLES = """
create schema marts;
create table marts.fact_cash_flows as select * from (values
    ('org', 'F', 'A', 'CA', 'CAPITAL_CALL', 'N1A', 'C1', date '2024-01-15', 300.0, 0.0, 0.0),
    ('org', 'F', 'A', 'CA', 'CAPITAL_CALL', 'N2A', 'C2', date '2024-07-15', 200.0, 20.0, 0.0),
    ('org', 'F', 'B', 'CB', 'CAPITAL_CALL', 'N2B', 'C2', date '2024-07-15', 300.0, 0.0, 0.0),
    ('org', 'F', 'A', 'CA', 'DISTRIBUTION', 'M1A', 'D1', date '2024-09-30', 0.0, 0.0, 90.0),
    ('org', 'F', 'A', 'CA', 'CAPITAL_CALL', 'N3A', 'C3', date '2024-10-15', -50.0, 0.0, 0.0)
) as t(organization_id, fund_id, investor_id, commitment_id, cash_flow_type, transaction_id, event_id, event_date,
    capital_call_amount, outside_commitment_amount, distribution_amount);
alter table marts.fact_cash_flows add column currency varchar default 'USD';
alter table marts.fact_cash_flows add column known_at timestamp default '2024-11-01';
alter table marts.fact_cash_flows add column net_cash_flow decimal(24, 4);
update marts.fact_cash_flows set net_cash_flow = distribution_amount - capital_call_amount;
create table marts.fact_ilpa_transactions as select 'org' as organization_id, 'F' as fund_id, * from (values
    ('C1', 'N1A', 'CAPITAL_CALL_INVESTMENT', -300.0),
    ('C2', 'N2A', 'CAPITAL_CALL_INVESTMENT', -150.0),
    ('C2', 'N2A', 'CAPITAL_CALL_MANAGEMENT_FEE', -30.0),
    ('C2', 'N2A', 'CAPITAL_CALL_OUTSIDE', -20.0),
    ('C2', 'N2B', 'CAPITAL_CALL_INVESTMENT', -300.0),
    ('D1', 'M1A', 'DISTRIBUTION_RETURN_OF_CAPITAL', 60.0),
    ('D1', 'M1A', 'DISTRIBUTION_GAIN', 40.0),
    ('D1', 'M1A', 'DISTRIBUTION', -10.0),
    ('C3', 'N3A', 'CAPITAL_CALL_INVESTMENT', 50.0)
) as t(event_id, notice_id, transaction_type, amount);
create table marts.fact_capital_call_notices as select 'org' as organization_id, timestamp '2024-11-01' as known_at, * from (values
    ('N1A', date '2024-01-01', date '2024-01-15', 1, 300.0, 300.0),
    ('N2A', date '2024-07-01', date '2024-07-15', 2, 200.0, 199.0),
    ('N2B', date '2024-07-01', date '2024-07-15', 2, 300.0, null),
    ('N3A', date '2024-10-01', date '2024-10-15', 3, 50.0, 50.0)
) as t(notice_id, call_date, due_date, call_number, call_amount_stated, call_amount);
create table marts.fact_distribution_notices as select 'org' as organization_id, timestamp '2024-11-01' as known_at, * from (values
    ('M1A', date '2024-09-30', date '2024-10-02', date '2024-09-20', null::date, 1, 'CAPITAL', 100.0, 85.0, 85.0, 8.0, 2.0, 5.0,
        15.0)
) as t(notice_id, distribution_date, payment_date, record_date, recallable_until, distribution_number, distribution_type,
    gross_distribution_stated, net_distribution_stated, net_distribution, carried_interest_stated,
    management_fee_offset_stated, tax_withholding_stated, recallable_amount_stated);
create table marts.fact_commitments as select 'org' as organization_id, 'F' as fund_id, timestamp '2024-11-01' as known_at,
    0.0 as restored, 0.0 as expired, 0.0 as released, * from (values
    ('CA', date '2024-01-01', 1000.0, 0.0, 0.0, 0.0, 1000.0),
    ('CA', date '2024-01-15', 1000.0, 300.0, 0.0, 0.0, 700.0),
    ('CA', date '2024-07-15', 1000.0, 500.0, 20.0, 0.0, 520.0),
    ('CA', date '2024-09-30', 1000.0, 500.0, 20.0, 15.0, 535.0),
    ('CA', date '2024-10-15', 1000.0, 450.0, 20.0, 15.0, 585.0),
    ('CB', date '2024-01-01', 3000.0, 0.0, 0.0, 0.0, 3000.0),
    ('CB', date '2024-07-15', 3000.0, 300.0, 0.0, 0.0, 2700.0)
) as t(commitment_id, event_date, committed, called, called_outside, recallable, unfunded);
"""


@pytest.fixture
def marts() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(TABLES)
    return connection


def one(marts: duckdb.DuckDBPyConnection, event_id: str) -> NoticeRun:
    (run,) = notice_runs(marts, "org", "F", event_id=event_id)
    return run


def of_partner(run: NoticeRun, investor_id: str) -> dict[str, Decimal]:
    template = TEMPLATES.notices[run.kind]
    return figures(template, run.of(investor_id), figures(template, run.notices))


def test_a_call_is_split_by_purpose_and_takes_only_what_is_inside_from_the_commitment(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Source: fund-admin CC-4: 700 were unfunded, 20 of the 200 called are outside the commitment: 700 - 180 = 520."""
    found = of_partner(one(marts, "C2"), "A")
    assert (found["called_investment"], found["called_fee"], found["called_outside"]) == (150, 30, 20)
    assert (found["called"], found["inside"]) == (200, 180)
    assert (found["called_before"], found["called_to_date"]) == (300, 500)
    assert (found["unfunded_before"], found["unfunded"]) == (700, 520)


def test_a_share_of_the_call_is_of_all_partners(marts: duckdb.DuckDBPyConnection) -> None:
    """200 of 200 + 300, and 200 of a commitment of 1,000."""
    found = of_partner(one(marts, "C2"), "A")
    assert (found["share_of_call"], found["share_of_commitment"]) == (Decimal("0.4"), Decimal("0.2"))


def test_a_distribution_leads_from_gross_to_net(marts: duckdb.DuckDBPyConnection) -> None:
    """Source: fund-admin 1.2: net = gross - fee offset - carry - tax = 100 - 2 - 8 - 5; tax withheld was distributed."""
    found = of_partner(one(marts, "D1"), "A")
    assert (found["capital"], found["gain"], found["not_itemised"], found["gross"]) == (60, 40, 0, 100)
    assert (found["offset"], found["carry"], found["withheld"], found["net"]) == (-2, -8, -5, 85)
    assert (found["distributed"], found["recallable"], found["unfunded"]) == (90, 15, 535)


def test_a_reversal_takes_back_what_was_called(marts: duckdb.DuckDBPyConnection) -> None:
    run = one(marts, "C3")
    found = of_partner(run, "A")
    assert (found["called"], found["unfunded_before"], found["unfunded"]) == (-50, 535, 585)
    assert breaks(TEMPLATES.notices[run.kind], run) == []


@pytest.mark.parametrize("event_id", ["C1", "C2", "C3", "D1"])
def test_what_ties_has_no_breaks(marts: duckdb.DuckDBPyConnection, event_id: str) -> None:
    run = one(marts, event_id)
    assert breaks(TEMPLATES.notices[run.kind], run) == []


@pytest.mark.parametrize(
    ("change", "event_id", "cell", "amount"),
    [
        ("update marts.fact_capital_call_notices set call_amount_stated = 201 where notice_id = 'N2A'", "C2",
         "CA, What is called less the notice", -1),
        ("update marts.fact_commitments set unfunded = 519 where event_date = '2024-07-15' and commitment_id = 'CA'", "C2",
         "CA, Unfunded commitment less the commitment's", 1),
        ("update marts.fact_distribution_notices set net_distribution_stated = 86", "D1",
         "CA, Amount paid out less the notice", -1),
    ],
)  # fmt: skip
def test_a_notice_that_does_not_tie_names_cell_and_amount(
    marts: duckdb.DuckDBPyConnection, change: str, event_id: str, cell: str, amount: int
) -> None:
    marts.execute(change)
    run = one(marts, event_id)
    assert [(off.cell, off.amount) for off in breaks(TEMPLATES.notices[run.kind], run)] == [(cell, Decimal(amount))]


def test_only_notices_since_a_day_are_told(marts: duckdb.DuckDBPyConnection) -> None:
    runs = notice_runs(marts, "org", "F", since=dt.date(2024, 9, 30))
    assert [run.event_id for run in runs] == ["C3", "D1"]


def notified(marts: duckdb.DuckDBPyConnection) -> Notified:
    return Notified(one(marts, "C2"), "Fund & Sons", "Manager", NAMES)


def test_sums_are_formulas_and_the_summary_adds_up_to_all_partners(
    marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "notice.xlsx"
    write_notices(path, TEMPLATES, notified(marts))
    formulas, values = (openpyxl.load_workbook(path, data_only=cached) for cached in (False, True))
    assert formulas.sheetnames == ["Summary", "A", "B"]
    row = next(cell.row for cell in formulas["A"]["A"] if cell.value == "Amount to pay by the due date")
    assert str(formulas["A"].cell(row, 3).value).startswith("=ROUND(")
    assert [values["A"].cell(row, column).value for column in (2, 3, 4)] == [200, 200, 500]
    total = next(cell.row for cell in formulas["Summary"]["A"] if cell.value == "Total")
    assert str(formulas["Summary"].cell(total, 4).value).startswith("=ROUND(SUM(")
    # 150 + 300 for investments, 30 for the fee, 20 outside the commitment: what nobody is called for has no column
    assert [values["Summary"].cell(total, column).value for column in (4, 5, 6, 7)] == [450, 30, 20, 500]


def test_the_summary_shows_how_far_a_notice_is_from_its_terms(marts: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """200 were called where the terms come to 199; of the other partner the terms cannot tell."""
    path = tmp_path / "notice.xlsx"
    write_notices(path, TEMPLATES, notified(marts))
    sheet = openpyxl.load_workbook(path, data_only=True)["Summary"]
    header = next(cell.row for cell in sheet["A"] if cell.value == "Investor")
    assert [(sheet.cell(header + n, 8).value, sheet.cell(header + n, 9).value) for n in (1, 2)] == [
        (199, 1),
        (None, None),
    ]


def test_a_partners_notice_tells_of_no_other_partner(marts: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "notice.xlsx"
    write_notices(path, TEMPLATES, notified(marts), only="A")
    book = openpyxl.load_workbook(path)
    texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert book.sheetnames == ["A"]
    assert {text for text in texts if "Beta" in text or "CB" in text or "N2B" in text} == set()


def test_every_sheet_of_a_notice_prints_its_unit_and_a_partner_has_one_page(
    marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "notice.xlsx"
    write_notices(path, TEMPLATES, notified(marts))
    book = openpyxl.load_workbook(path)
    assert {sheet.oddHeader.right.text for sheet in book} == {"Amounts in USD"}
    assert {book[name].page_setup.fitToHeight for name in ("A", "B")} <= {None, 1}


def test_the_same_notices_make_the_same_bytes(marts: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for path in paths:
        write_notices(path, TEMPLATES, notified(marts))
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_partners_whose_ids_excel_takes_for_one_have_sheets_of_their_own(
    marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    marts.execute("update marts.fact_cash_flows set investor_id = if(investor_id = 'A', 'lp/one', 'LP:ONE')")
    path = tmp_path / "notice.xlsx"
    write_notices(path, TEMPLATES, notified(marts))
    names = openpyxl.load_workbook(path).sheetnames
    assert len({name.casefold() for name in names}) == 3
