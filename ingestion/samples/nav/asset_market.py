"""Rows of the products that are no daily fund which follow from the demo's days and prices: own prices, holdings, openings, levels observed.

What is stated whatever the market does stands in asset_rows and nav_products.yaml.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from ingestion.samples.nav.asset_rows import NOTES, QUARTERS
from ingestion.samples.nav.days import AS_OF, OPENING, after, month_ends, stamp, valuation_days
from ingestion.samples.nav.market import CLOSE_HOUR, Market
from ingestion.samples.nav.money import cents, rounded
from ingestion.samples.nav.table import Row

# Clean prices of a bond that only its own product holds: the first month's, and what each month adds.
BONDS = {"VEXLEY-2030": (Decimal("98.4125"), Decimal("0.1375"))}
# What a coin trades at by quarter, as a share of its peg; the peg of the metal coin is its metal.
COIN_PRICES = {
    "COIN-DOLLAR": ("1", "0.9998", "1.0001", "1", "0.9999"),
    "COIN-VAULT": ("1.0012", "0.9984", "1.0005", "0.9991", "1.0007"),
    "COIN-BULLION": ("1.002", "0.999", "1.001", "1.0015", "0.9995"),
    "COIN-ALGO": ("0.994", "0.991", "0.987", "0.992", "0.989"),
    "COIN-FRACTION": ("0.9995", "1.0003", "0.9988", "1.0001", "0.9996"),
    "COIN-REBASE": ("1.008", "0.993", "1.011", "1.004", "0.997"),
}
METAL, OUNCES_PER_COIN = "METAL-01", Decimal("0.001")
# Token, its product, the fund that it holds units of, how many, and what the market pays over the units by quarter.
TOKENS = (
    ("TOKEN-MONEY", "token-money", "UNIT-01", 310_000, ("1", "0.9991", "1.0004", "1.0012", "0.9996")),
    ("TOKEN-CREDIT", "token-credit", "UNIT-02", 185_000, ("0.998", "0.9965", "1.0005", "1.0011", "0.9988")),
)
# A strategy, what it holds, how much of it, and the shares of its classes.
STRATEGIES = (
    ("quant-trend", "EQ-US-30", 250_000, {"quant-trend-a": "214000.5", "quant-trend-i": "98000.25"}),
    ("quant-carry", "GOV-US-06", 21_000_000, {"quant-carry-a": "150000", "quant-carry-i": "72500"}),
)
OBSERVED_NOTE, OBSERVED_INDEX = "note-autocall", "IDX-02"
# A product that is a holding of shares, struck every business day of the year; the shares and how many.
HELD_SHARE = ("equity-brindlemark", "EQ-US-41", 120_000)


def own_prices(market: Market, supplies: dict[str, int]) -> Iterator[Row]:
    """Sheet Prices: bonds by month, coins and tokens by quarter. `supplies` are the tokens of each tokenised fund."""
    for instrument_id, (first, step) in BONDS.items():
        for place, day in enumerate(month_ends()):
            yield _price(instrument_id, day, "CLEAN", "VENDOR", first + step * place)
    for instrument_id, shares in COIN_PRICES.items():
        for share, day in zip(shares, QUARTERS, strict=True):
            peg = OUNCES_PER_COIN * market.price(METAL, day) if instrument_id == "COIN-BULLION" else Decimal(1)
            yield _price(instrument_id, day, "MARKET", "EXCHANGE", rounded(peg * Decimal(share), 6))
    for instrument_id, product_id, unit, quantity, shares in TOKENS:
        for share, day in zip(shares, QUARTERS, strict=True):
            backing = quantity * market.price(unit, day) / supplies[product_id]
            yield _price(instrument_id, day, "MARKET", "EXCHANGE", rounded(backing * Decimal(share), 6))


def _price(instrument_id: str, day: dt.date, price_type: str, source: str, price: Decimal) -> Row:
    return {
        "instrument_id": instrument_id,
        "price_type": price_type,
        "as_of": stamp(day, CLOSE_HOUR),
        "source": source,
        "price": price,
        "currency": "USD",
    }


def token_holdings() -> Iterator[Row]:
    """Sheet Holdings: the units behind each tokenised fund, at each quarter's end."""
    for _, product_id, unit, quantity, _ in TOKENS:
        for day in QUARTERS:
            yield {
                "product_id": product_id,
                "instrument_id": unit,
                "leg": "LONG",
                "as_of_date": day,
                "holding_type": "FUND_UNITS",
                "quantity": quantity,
                "currency": "USD",
                "fair_value_level": "2",
                "source": "ADMINISTRATOR",
            }


def share_holdings() -> Iterator[Row]:
    """Sheet Holdings: the shares behind their daily product, on every valuation day of the year."""
    product_id, instrument_id, quantity = HELD_SHARE
    for day in valuation_days():
        if day > OPENING:
            yield {
                "product_id": product_id,
                "instrument_id": instrument_id,
                "leg": "LONG",
                "as_of_date": day,
                "holding_type": "EQUITY",
                "quantity": quantity,
                "currency": "USD",
                "fair_value_level": "1",
                "source": "ADMINISTRATOR",
            }


def opened_strategies(market: Market) -> Iterator[Row]:
    """Sheet NAV History: the classes of the strategies on the day before their first list, at what it is worth that day."""
    day = after(AS_OF, -1)
    for product_id, instrument_id, quantity, classes in STRATEGIES:
        worth = quantity * market.unit_value(instrument_id, day)
        shares = {class_id: Decimal(stated) for class_id, stated in classes.items()}
        for class_id, held in shares.items():
            net_assets = cents(worth * held / sum(shares.values()))
            yield {
                "product_id": product_id,
                "share_class_id": class_id,
                "valuation_date": day,
                "version": 1,
                "nav_per_share": rounded(net_assets / held, 4),
                "net_assets": net_assets,
                "shares_outstanding": held,
                "currency": "USD",
                "source": "ADMINISTRATOR",
                "status": "PUBLISHED",
            }


def observed_levels(market: Market) -> Iterator[Row]:
    """Sheet Schedules: the lowest close of each month since the note with a barrier was issued."""
    issued, *_ = NOTES[OBSERVED_NOTE]
    starts = [issued, *(day for day in month_ends() if day > issued)]
    for place, (before, end) in enumerate(pairwise(starts), 1):
        seen = [market.price(OBSERVED_INDEX, day) for day in valuation_days() if before < day <= end]
        yield {
            "product_id": OBSERVED_NOTE,
            "subject_id": "",
            "kind": "BARRIER_OBSERVATION",
            "sequence": place,
            "period_start": before + dt.timedelta(days=1),
            "event_date": end,
            "currency": "USD",
            "status": "SCHEDULED",
            "price": min(seen),
        }
