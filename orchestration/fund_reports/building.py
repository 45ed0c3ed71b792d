"""Makes the reports to investors of a publication, or one on request, and records what was made. Their contents are elsewhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.fund_reports.figures import figures, fund_quarters
from orchestration.fund_reports.listings import capital_account, cash_flows, investor_names
from orchestration.fund_reports.template import TEMPLATE, Template, load_template
from orchestration.fund_reports.workbook import Report, write_report
from orchestration.resources import utc_now
from orchestration.warehouse import append_rows

REPORTS = "ops.fund_reports"
KIND = "ILPA_REPORTING"
OPERATOR = "_operator"
_SAFE = re.compile(r"[^A-Za-z0-9._-]")


class NothingToReport(Exception):
    """A report was asked for that the publication holds no figures of; the message says what there is."""


@dataclass(frozen=True)
class Planned:
    """A report to be made: whose, of which figures (`inputs_sha256`), and its path below `reports`."""

    report: Report
    inputs_sha256: str
    path: Path


def write_fund_reports(
    connection: duckdb.DuckDBPyConnection, building: Path, publication_id: str, *, former: Path
) -> None:
    """Every investor's report of the newest quarter, in the folder of its organisation and the house's own.

    A report whose inputs are those of the `former` publication is taken from there. Rows of ops.fund_reports that no
    publication came of are forgotten.
    """
    connection.execute(
        f"delete from {REPORTS} where publication_id not in (select publication_id from ops.publications)"
    )
    known = dict(
        connection.execute(
            f"select inputs_sha256, max_by(path, generated_at) from {REPORTS} where publication_id = ? group by all",
            [former.resolve().name],
        ).fetchall()
    )
    template = load_template()
    rows = []
    for planned in plan(connection, template):
        organization = planned.report.quarter.organization_id
        house = building / OPERATOR / "reports" / organization / planned.path
        house.parent.mkdir(parents=True, exist_ok=True)
        before = former / OPERATOR / "reports" / organization / known.get(planned.inputs_sha256, "")
        is_reused = planned.inputs_sha256 in known and before.is_file()
        if is_reused:
            shutil.copyfile(before, house)
        else:
            write_report(house, template, planned.report)
        own = building / organization / "reports" / planned.path
        own.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(house, own)
        rows.append(
            {
                "publication_id": publication_id,
                "organization_id": organization,
                "report_kind": KIND,
                "fund_id": planned.report.quarter.fund_id,
                "investor_id": planned.report.investor_id,
                "period_end": planned.report.quarter.quarter_end,
                "path": str(planned.path),
                "file_sha256": hashlib.sha256(house.read_bytes()).hexdigest(),
                "inputs_sha256": planned.inputs_sha256,
                "is_reused": is_reused,
                "generated_at": utc_now(),
                "known_at": planned.report.quarter.known_at,
            }
        )
    append_rows(connection, REPORTS, rows)


def plan(
    connection: duckdb.DuckDBPyConnection, template: Template, quarter: dt.date | None = None
) -> Iterator[Planned]:
    """The reports of every fund and investor at `quarter`, or at the newest that each fund states."""
    for of_fund in fund_quarters(connection, quarter):
        names = investor_names(connection, of_fund)
        accounts, flows = capital_account(connection, of_fund), cash_flows(connection, of_fund)
        for investor_id in of_fund.investors:
            listings = [accounts[investor_id], flows[investor_id]]
            report = Report(
                of_fund,
                investor_id,
                names.get(investor_id, investor_id),
                figures(template, of_fund, investor_id),
                listings,
            )
            name = f"{file_name(of_fund.fund_id)}_{file_name(investor_id)}_{of_fund.quarter_end}.xlsx"
            yield Planned(report, _inputs(report), Path("ilpa") / file_name(of_fund.fund_id) / name)


def write_one(
    publication: duckdb.DuckDBPyConnection, fund_id: str, investor_id: str, quarter: dt.date | None, out: Path
) -> Path:
    """The report of one investor, from a publication. Raises NothingToReport where that has no such figures."""
    template = load_template()
    planned = [each for each in plan(publication, template, quarter) if each.report.quarter.fund_id == fund_id]
    chosen = [each for each in planned if each.report.investor_id == investor_id]
    if not chosen:
        there = ", ".join(each.report.investor_id for each in planned) or "no investor of the fund"
        at = quarter or "its newest quarter"
        raise NothingToReport(f"fund {fund_id}, {at}: expected investor {investor_id}, found {there}")
    path = out / chosen[0].path.name if out.is_dir() else out
    write_report(path, template, chosen[0].report)
    return path


def file_name(identifier: str) -> str:
    """An id as part of a file name: other characters than letters, digits, ".", "_" and "-" make way for a digest."""
    safe = _SAFE.sub("_", identifier).lstrip(".")
    return safe if safe == identifier else f"{safe}-{hashlib.sha256(identifier.encode()).hexdigest()[:8]}"


def _inputs(report: Report) -> str:
    """A digest of all that the file is made of: figures, rows, names and the template."""
    quarter = report.quarter
    told: Sequence[object] = (
        TEMPLATE.read_text(),
        (quarter.organization_id, quarter.fund_id, quarter.fund_name, quarter.fund_manager, quarter.currency),
        (quarter.quarter_end, quarter.known_at, report.investor_id, report.investor_name),
        sorted((key, Decimal(value).normalize()) for key, value in report.figures.items()),
        [(listing.name, listing.title, listing.headers, listing.rows) for listing in report.listings],
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()
