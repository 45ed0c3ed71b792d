"""The two pages of a pack that are no table: what the projection comes to, and where its figures are from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from orchestration.pack.charts import deal_charts
from orchestration.pack.layout import BlockSheet, Cell, Kind, Page, Table
from orchestration.pack.published import PublishedDeal

SUMMARY, NOTES = "Summary", "Notes"

_DEAL = """
    select deals.deal_name, deals.deal_id, deals.organization_id, deals.collateral_manager_name, deals.trustee_name,
        summary.event_date as analysis_date, summary.currency, deals.closing_date, deals.no_call_date,
        deals.reinvestment_end_date, deals.stated_maturity_date, deals.target_par_amount, flows.last_payment_date
    from (
        select deal_key, event_date, any_value(currency) as currency
        from marts.fact_scenario_summary where {mine} group by all
    ) as summary
    inner join marts.dim_deal as deals using (deal_key)
    cross join (
        select max(payment_date) as last_payment_date
        from marts.fact_liability_cash_flows where {mine} and scenario_id = $scenario_id
    ) as flows
"""
_LABELS: tuple[tuple[str, str, Kind], ...] = (
    ("deal_name", "Deal", "text"),
    ("deal_id", "Deal id", "text"),
    ("organization_id", "Organisation", "text"),
    ("collateral_manager_name", "Collateral manager", "text"),
    ("trustee_name", "Trustee", "text"),
    ("analysis_date", "Analysis date", "date"),
    ("currency", "Currency of every amount", "text"),
    ("target_par_amount", "Target par", "money"),
    ("closing_date", "Closing", "date"),
    ("no_call_date", "End of non-call period", "date"),
    ("reinvestment_end_date", "End of reinvestment", "date"),
    ("stated_maturity_date", "Stated maturity", "date"),
    ("last_payment_date", "Last payment of this scenario", "date"),
)
_SCENARIOS = """
    select scenarios.scenario_name, scenarios.scenario_id, summary.equity_irr, summary.equity_irr_reason,
        coalesce(summary.first_breach_test, 'none') as first_breach_test, summary.first_breach_date, summary.defaults,
        summary.recoveries, summary.losses, summary.equity_distributions, summary.last_period, scenarios.description
    from (select * from marts.fact_scenario_summary where {mine}) as summary
    inner join marts.dim_scenario as scenarios using (scenario_id)
    where scenarios.has_detail
    order by scenarios.scenario_kind, scenarios.scenario_id
"""
_SCENARIO_COLUMNS: tuple[tuple[str, str, Kind], ...] = (
    ("scenario_name", "Scenario", "text"),
    ("equity_irr", "Equity IRR", "ratio"),
    ("first_breach_test", "First test breached", "text"),
    ("first_breach_date", "Breached on", "date"),
    ("defaults", "Defaults", "money"),
    ("recoveries", "Recoveries", "money"),
    ("losses", "Losses", "money"),
    ("equity_distributions", "Paid to equity", "money"),
    ("last_period", "Periods", "count"),
    ("equity_irr_reason", "Why there is no IRR", "text"),
    ("description", "What it is", "text"),
)
_LIVES = """
    select risk.tranche_name, risk.scenario_id, risk.wal
    from (select * from marts.fact_tranche_risk where {mine}) as risk
    inner join marts.dim_scenario as scenarios using (scenario_id)
    left join marts.dim_tranche as tranches using (tranche_key)
    where scenarios.has_detail
    order by tranches.tranche_number, risk.tranche_name
"""
_GRID = """
    select count(*), median(summary.equity_irr), min(summary.equity_irr), max(summary.equity_irr),
        count(summary.first_breach_test)
    from (select * from marts.fact_scenario_summary where {mine}) as summary
    inner join marts.dim_scenario as scenarios using (scenario_id)
    where not scenarios.has_detail
"""
_ASKED = """
    select trade_run_id, source || ', ' || source_name as source,
        status || coalesce(': ' || reason, '') || coalesce(' (' || notes || ')', '') as said
    from marts.fact_trade_runs where {mine} order by known_at, trade_run_id, trade_set
"""


def summary_page(deal: PublishedDeal, cash: Table) -> Page:
    """The deal, its scenarios with return, losses and first breach, and the life of each class in each of them.

    `cash` are the deal's cash flows, which are charted.
    """
    (about,) = deal.records(_DEAL)
    scenarios = deal.records(_SCENARIOS)
    lives: dict[str, dict[str, Any]] = {}
    for name, scenario, wal in deal.rows(_LIVES):
        lives.setdefault(name, {})[scenario] = wal
    ((combinations, middle, worst, best, breached),) = deal.rows(_GRID)
    lines: list[Sequence[Cell]] = [
        (Cell(f"{about['deal_name']}: projection as of {about['analysis_date']}", role="title"),),
        *(
            (Cell(label, role="label"), Cell(about[name], kind))
            for name, label, kind in _LABELS
            if about[name] is not None
        ),
        (Cell("Scenario of the sheets", role="label"), Cell(_name_of(deal, scenarios))),
        (),
        (Cell("Scenarios", role="title"),),
        _header(_SCENARIO_COLUMNS),
        *(tuple(Cell(row[name], kind) for name, _, kind in _SCENARIO_COLUMNS) for row in scenarios),
        (),
        (Cell("Weighted average life, years", role="title"),),
        _header([("", "Class", "text"), *(("", row["scenario_name"], "years") for row in scenarios)]),
        *(
            (Cell(name), *(Cell(of_class.get(row["scenario_id"]), "years") for row in scenarios))
            for name, of_class in lives.items()
        ),
    ]
    if combinations:
        facts: tuple[tuple[str, Any, Kind], ...] = (
            ("Combinations", combinations, "count"),
            ("Lowest equity IRR", worst, "ratio"),
            ("Median equity IRR", middle, "ratio"),
            ("Highest equity IRR", best, "ratio"),
            ("Combinations that breach a test", breached, "count"),
        )
        lines += [
            (),
            (Cell("Grid of default rates, prepayment rates and severities", role="title"),),
            *((Cell(label, role="label"), Cell(value, kind)) for label, value, kind in facts),
        ]
    return Page(SUMMARY, lines, (30, 26, 19, 14, 17, 17, 17, 17, 9, 24, 60), deal_charts(cash, about["currency"]))


def notes_page(deal: PublishedDeal, tables: Iterable[Table]) -> Page:
    """Where the figures are from, sheet by sheet, and how to follow one of them to its cells."""
    where = f"deal_id = '{deal.deal_id}', is_current, scenario_id = '{deal.scenario_id}' where the mart has scenarios"
    words = (
        "Every figure is the publication's own; totals, closing balances and cushions are formulas over them.",
        f"In the publication the rows are those with {where}.",
        "Amounts are unrounded and in the deal's currency; rates and ratios are fractions shown as percentages.",
        "A ratio of sheet Tests is followed to its cells with:",
        f"    weir trace fact_oc_tests.ratio deal_id={deal.deal_id} tranche_name=<class> scenario_id={deal.scenario_id} period=<period>",
        f"    weir trace fact_oc_tests.ratio deal_id={deal.deal_id} tranche_name=<class>     (as reported)",
        "The cells of the load stand in raw.cells under its id, sheet and row, as they came.",
    )
    return _where_from(deal, words, [(table.name, len(table.rows), table.marts) for table in tables])


def compliance_notes_page(deal: PublishedDeal, analysis: dt.date, sheets: Iterable[BlockSheet]) -> Page:
    """As `notes_page`, for the sheets of a compliance pack, with what was asked of the pool and what was said of it."""
    words = (
        f"Tests of the pool as of {analysis}; every figure is the publication's own, cushions and differences are formulas.",
        f"In the publication the rows are those with deal_id = '{deal.deal_id}' and is_current.",
        "Trades are those that were asked last of this pool: on the workbook's control panel, in a trades file, at the launchpad.",
        "S&P's Rating of an asset is the facility's, else the issuer's, as the workbook states it; rankings show what counts.",
        "A result is followed to its cells with:",
        f"    weir trace fact_compliance_results.result deal_id={deal.deal_id} test_number=<number>",
    )
    page = _where_from(deal, words, [(sheet.name, sheet.row_count, sheet.marts) for sheet in sheets])
    asked = deal.records(_ASKED)
    columns: tuple[tuple[str, str, Kind], ...] = (
        ("trade_run_id", "Asked of the pool", "text"),
        ("source", "By", "text"),
        ("said", "Outcome", "text"),
    )
    lines = [
        *page.lines,
        (),
        _header(columns),
        *(tuple(Cell(row[name], kind) for name, _, kind in columns) for row in asked),
    ]
    return Page(NOTES, lines, page.widths)


def _where_from(deal: PublishedDeal, words: Iterable[str], sheets: Iterable[tuple[str, int, Sequence[str]]]) -> Page:
    source = deal.source
    facts: tuple[tuple[str, Any, Kind], ...] = (
        ("Publication", source.publication_id, "text"),
        ("Published at (UTC)", source.published_at, "moment"),
        ("Load of the pool", source.load_id, "text"),
        ("File of the load", source.file_name, "text"),
        ("Known at (UTC)", source.known_at, "moment"),
    )
    lines: list[Sequence[Cell]] = [
        (Cell("Where these figures are from", role="title"),),
        *((Cell(label, role="label"), Cell(value, kind)) for label, value, kind in facts),
        (),
        *((Cell(text, role="note"),) for text in words),
        (),
        _header([("", "Sheet", "text"), ("", "Rows", "count"), ("", "Marts", "text")]),
        *((Cell(name), Cell(rows, "count"), Cell(", ".join(marts))) for name, rows, marts in sheets),
    ]
    return Page(NOTES, lines, (30, 44, 70))


def _name_of(deal: PublishedDeal, scenarios: Sequence[dict[str, Any]]) -> str:
    return next(row["scenario_name"] for row in scenarios if row["scenario_id"] == deal.scenario_id)


def _header(columns: Iterable[tuple[str, str, Kind]]) -> tuple[Cell, ...]:
    return tuple(Cell(title, kind, "header") for _, title, kind in columns)
