"""Puts the NAV workbook of the demo together and writes it with its sidecar. What a single sheet states does not belong here.

Source: input-contracts 4, 6.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ingestion.samples.feeds import FeedNote
from ingestion.samples.nav import assets, books, fund_rows
from ingestion.samples.nav.days import AS_OF
from ingestion.samples.nav.funds import live_fund
from ingestion.samples.nav.listings import listed_closes, listed_instruments
from ingestion.samples.nav.market import Market, fx_rows, make_market, price_rows
from ingestion.samples.nav.money_market import live_money_fund
from ingestion.samples.nav.table import Row, write_tables
from ingestion.samples.nav.terms import Year, load_funds, load_money_funds

ORGANIZATION_ID, ORGANIZATION_NAME = "cedar-assets", "Cedar Assets"
TITLE = "NAV workbook"
SENT_AT = dt.datetime(2026, 1, 5, 9, 0)
# The order of the contract; a sheet without rows is not written.
SHEETS = (
    *("Projects", "Project Organizations", "Fund Products", "Bond Products", "Equity Products", "Commodity Products"),
    *("Structured Products", "Quant Products", "Private Equity Products", "Private Debt Products"),
    *("Real Estate Products", "Energy Products", "Infrastructure Products", "Collectible Products"),
    *("Asset Backed Products", "Digital Fund Products", "Stablecoin Products", "Share Classes", "Instruments"),
    *("Holdings", "Prices", "FX Rates", "NAV History", "Assumptions", "Valuations & Appraisals", "Schedules"),
    *("Corporate Actions", "Pools", "Reserves & Vaults", "Token Supply", "Production", "Accruals & Fees"),
    *("Capital Activity", "Custodian Positions", "Custodian Cash", "Transfer Agent Shares"),
)


def write_nav_workbook(inbox: Path, seed: int) -> list[Path]:
    """Write the workbook of cedar-assets under `inbox` and return the files written, sidecar included.

    The same seed gives the same bytes. Source: input-contracts 6.
    """
    path = inbox / ORGANIZATION_ID / f"nav_workbook_{AS_OF}.xlsx"
    tables = nav_tables(seed)
    write_tables(path, {name: tables[name] for name in SHEETS if tables[name]}, TITLE)
    note = FeedNote(ORGANIZATION_ID, ORGANIZATION_NAME, "nav_workbook", "main", AS_OF, "full", SENT_AT)
    return [path, note.write_beside(path)]


def nav_tables(seed: int) -> dict[str, list[Row]]:
    """The rows of every sheet by its name."""
    market = make_market(seed)
    years = _years(market, seed)
    lived = years.values()
    tables: dict[str, list[Row]] = {name: [] for name in SHEETS}
    tables |= {
        "Fund Products": list(fund_rows.fund_products()),
        "Share Classes": list(fund_rows.share_classes(years)),
        "Instruments": [*fund_rows.instruments(market), *listed_instruments()],
        "Holdings": [row for year in lived for row in year.holdings],
        "Prices": [*price_rows(market, seed), *listed_closes(market, years, seed)],
        "FX Rates": list(fx_rows(market)),
        "NAV History": [row for year in lived for row in year.history],
        "Corporate Actions": list(fund_rows.corporate_actions(market)),
        "Accruals & Fees": [row for year in lived for row in year.accruals],
        "Capital Activity": [row for year in lived for row in year.orders],
        "Custodian Positions": list(books.custodian_positions(years)),
        "Custodian Cash": list(books.custodian_cash(years)),
        "Transfer Agent Shares": list(books.register_shares(years)),
    }
    for name, rows in assets.asset_tables(market, seed).items():
        tables[name] += rows
    return tables


def _years(market: Market, seed: int) -> dict[str, Year]:
    daily = {terms.product_id: live_fund(terms, market, seed, place) for place, terms in enumerate(load_funds())}
    money = {
        terms.product_id: live_money_fund(terms, market, seed, place) for place, terms in enumerate(load_money_funds())
    }
    return daily | money
