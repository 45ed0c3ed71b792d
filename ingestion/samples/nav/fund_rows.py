"""The daily funds on the master sheets: products, share classes, their instruments and corporate actions. Dated positions do not belong here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingestion.samples.instruments import load_instruments
from ingestion.samples.nav.class_book import INCOME_DP
from ingestion.samples.nav.days import AS_OF, OPENING
from ingestion.samples.nav.funds import cash_days
from ingestion.samples.nav.market import SPLIT_DAY, SPLIT_INSTRUMENT, SPLIT_RATIO, Market
from ingestion.samples.nav.portfolio import HEDGE_ID
from ingestion.samples.nav.table import Row
from ingestion.samples.nav.terms import FundTerms, MoneyFundTerms, Year, load_dividends, load_funds, load_money_funds

# All prices, rates and orders of a day are in before this; the closes of the demo are at 21:00.
CUTOFF = "22:00 UTC"
NAV_DP, SHARE_DP = 4, 3
DAILY: Row = {"nav_frequency": "DAILY", "valuation_calendar": "US", "valuation_cutoff": CUTOFF, "nav_dp": NAV_DP}


def fund_products() -> Iterator[Row]:
    """The daily funds in sheet Fund Products."""
    for fund in load_funds():
        yield {
            "product_id": fund.product_id,
            "project_id": fund.project_id,
            "product_name": fund.name,
            "subtype": fund.subtype,
            "registration": fund.registration,
            "status": "ACTIVE",
            "currency": fund.currency,
            "measurement_basis": "FAIR_VALUE",
            "instrument_id": fund.listing.instrument_id if fund.listing else None,
            "inception_date": OPENING,
            **DAILY,
            "creation_unit_size": fund.creation_unit,
            "distribution_frequency": "QUARTERLY" if any(each.income for each in fund.classes) else None,
            "total_expense_ratio": fund.classes[0].fee,
        }
    for money in load_money_funds():
        yield {
            "product_id": money.product_id,
            "project_id": money.project_id,
            "product_name": money.name,
            "subtype": "MMF",
            "status": "ACTIVE",
            "currency": money.currency,
            "measurement_basis": money.basis,
            "inception_date": OPENING,
            **DAILY,
            "distribution_frequency": "MONTHLY",
            "mmf_regime": money.regime,
            "mmf_type": money.type,
            "stable_nav": 1 if money.is_amortised else None,
            "total_expense_ratio": money.classes[0].fee,
        }


def share_classes(years: Mapping[str, Year]) -> Iterator[Row]:
    """The stated classes of the daily funds with the shares of the last strike."""
    funds: tuple[FundTerms | MoneyFundTerms, ...] = (*load_funds(), *load_money_funds())
    for fund in funds:
        for each in fund.classes:
            if each.is_implied:
                continue
            yield {
                "share_class_id": each.id,
                "product_id": fund.product_id,
                "class_name": each.name,
                "currency": each.currency,
                "inception_date": OPENING,
                "is_hedged": each.is_hedged,
                "income_policy": each.income_policy,
                "nav_dp": NAV_DP,
                "share_dp": SHARE_DP,
                "income_dp": INCOME_DP if each.income_policy == "DAILY_ACCRUAL" else None,
                "shares_outstanding": years[fund.product_id].shares[each.id, AS_OF],
                "shares_as_of": AS_OF,
                "performance_fee_rate": each.performance,
                "hurdle_type": "NONE" if each.performance else None,
                "equalisation": each.equalisation,
                "crystallisation": "QUARTERLY" if each.performance else None,
                "swing": each.swing,
                "swing_threshold_rate": each.threshold,
                "swing_up_rate": each.up,
                "swing_down_rate": each.down,
                "error_class": fund.error_class,
                "status": "ACTIVE",
            }


def instruments(market: Market) -> Iterator[Row]:
    """Everything that the market and the price files quote, the hedge and cash."""
    for each in market.instruments.values():
        yield each.row()
    for quoted in load_instruments():
        yield {
            "instrument_id": quoted.instrument_id,
            "name": quoted.name,
            "instrument_type": quoted.asset_class,
            "currency": quoted.currency,
            "isin": quoted.isin,
            "ticker": quoted.ticker,
            "quote_basis": "PER_100" if quoted.asset_class == "BOND" else "PER_UNIT",
        }
    yield {
        "instrument_id": HEDGE_ID,
        "name": "Forward, euro against dollar",
        "instrument_type": "FX_FORWARD",
        "currency": "USD",
        "quote_basis": "PER_UNIT",
    }
    for currency in ("USD", "EUR", "GBP"):
        yield {
            "instrument_id": f"CASH-{currency}",
            "name": f"Cash in {currency}",
            "instrument_type": "CASH",
            "currency": currency,
            "quote_basis": "PER_UNIT",
        }


def corporate_actions(market: Market) -> Iterator[Row]:
    """The dividends and the split that the funds' positions went through."""
    for number, dividend in enumerate(load_dividends(cash_days()), 1):
        yield {
            "action_id": f"CA-2025-{number:02d}",
            "instrument_id": dividend.instrument_id,
            "action_type": "CASH_DIVIDEND",
            "ex_date": dividend.ex_date,
            "pay_date": dividend.pay_date,
            "amount_per_unit": dividend.amount,
            "currency": market.instruments[dividend.instrument_id].currency,
            "withholding_rate": dividend.withholding,
            "source": "VENDOR",
        }
    yield {
        "action_id": "CA-2025-SPLIT",
        "instrument_id": SPLIT_INSTRUMENT,
        "action_type": "SPLIT",
        "ex_date": SPLIT_DAY,
        "effective_date": SPLIT_DAY,
        "ratio_from": 1,
        "ratio_to": SPLIT_RATIO,
        "source": "EXCHANGE",
    }
