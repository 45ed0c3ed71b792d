"""Dated rows of the products that are no daily fund: assumptions, valuations, schedules, pools, backing, supply and output.

The master rows of these products stand in nav_products.yaml and do not belong here.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from ingestion.samples.nav.days import AS_OF, OPENING, month_ends, stamp
from ingestion.samples.nav.money import decimal
from ingestion.samples.nav.table import Row

POOL_STREAM, TOKEN_STREAM, OUTPUT_STREAM = 330, 331, 332
QUARTERS = month_ends()[::3]
LOAN_COUNT, INVOICE_COUNT = 280, 130
COINS = ("coin-dollar", "coin-vault", "coin-bullion", "coin-algo", "coin-fraction", "coin-rebase")
RESERVE_KINDS = {
    "coin-dollar": (("CASH", "210000000"), ("TBILL", "540000000"), ("REPO", "60000000")),
    "coin-vault": (("VAULT", "118000000"), ("BUFFER", "2500000")),
    "coin-bullion": (("COMMODITY", None),),
    "coin-algo": (("OTHER", "18500000"), ("CASH", "4000000")),
    "coin-fraction": (("CASH", "26000000"), ("TBILL", "31000000")),
    "coin-rebase": (("CASH", "15000000"), ("BUFFER", "900000")),
}
# What a kind of reserve states beside its value: a vault its debt, metal its weight, which sheet Prices prices.
BACKING: dict[str, Row] = {
    "VAULT": {
        "quantity": Decimal(40_000),
        "debt_principal": Decimal(72_000_000),
        "stability_fee_rate": Decimal("0.03"),
        "stability_fee_from": OPENING,
        "fee_compounding": "ANNUAL_EFFECTIVE",
        "haircut_rate": Decimal("0.15"),
    },
    "COMMODITY": {"quantity": Decimal(22_850), "instrument_id": "METAL-01"},
}
# Yield curve by tenor at the start of the year; a year's shift is the same at all tenors.
CURVE = {"1M": 0.0436, "3M": 0.0432, "6M": 0.0427, "1Y": 0.0418, "2Y": 0.0408, "5Y": 0.0402, "10Y": 0.0416}
# Name, balance, coupon and spread over the pool's discount rate, the first one paid first; the residual has no coupon.
TRANCHES = (
    ("SENIOR", "3200000", "0.055", -0.035),
    ("MEZZANINE", "600000", "0.085", 0.005),
    ("EQUITY", "250000", None, 0.08),
)
PLANTS = {
    "energy-solar": (42, 0.21),
    "energy-wind": (66, 0.34),
    "energy-storage": (20, 0.15),
    "energy-hydro": (18, 0.44),
}
WELLS = {"energy-oil": ("BBL", 21_000), "energy-gas": ("MCF", 140_000)}
# Product, subject, method, first value; every quarter's value grows a little.
VALUED = (
    ("pe-growth", "CORVISTON", "MARKET_MULTIPLE", 14_200_000),
    ("pe-growth", "HALVESTONE", "MARKET_MULTIPLE", 9_800_000),
    ("pe-secondary", "PARTNERSHIP", "REPORTED_NAV", 24_100_000),
    ("property-harbour", "HARBOUR-ROW", "DIRECT_CAP", 3_900_000),
    ("property-harbour", "HARBOUR-ROW", "RE_DCF", 3_900_000),
    ("property-mill", "MILL-LANE", "EXTERNAL_APPRAISAL", 38_500_000),
    ("collectible-violin", "VIOLIN", "EXTERNAL_APPRAISAL", 1_450_000),
    ("collectible-car", "CAR", "COMPARABLE", 905_000),
    ("infra-water", "WATER", "DCF", 61_000_000),
    ("loan-kelbrook", "KELBROOK", "YIELD", 11_900_000),
    ("loan-quillmere", "QUILLMERE", "YIELD", 7_800_000),
)
CURRENCIES = {"property-mill": "EUR"}
# Day of issue, volatility and dividend yield of the underlying; a note is valued from its issue on.
NOTES = {"note-autocall": (dt.date(2025, 1, 15), 0.16, 0.013), "note-reverse": (dt.date(2025, 3, 17), 0.27, 0.009)}
YIELDS = ("ZERO_RATE", "RISK_FREE_RATE", "DIVIDEND_YIELD", "ISSUER_SPREAD")
# A coin of metal has no more tokens than its metal covers; the supply of the others is drawn.
METAL_COIN_SUPPLY = {"coin-bullion": 22_500_000}


def assumptions() -> Iterator[Row]:
    """Curves, default risk and drivers by month or quarter; the latest is in force."""
    for place, day in enumerate(month_ends()):
        for tenor, level in CURVE.items():
            yield _assumption("ORGANIZATION", "cedar-assets", "ZERO_RATE", day, level - 0.0005 * place, tenor)
        for product_id, spread in (("bond-vexley-2030", 0.0165), ("bond-orsedale-2029", 0.0095)):
            yield _assumption("PRODUCT", product_id, "CREDIT_SPREAD", day, spread + 0.0001 * place)
        yield _assumption("ISSUER", "TARNHOLM-BANK", "ISSUER_SPREAD", day, 0.0085)
        for product_id, (issued, volatility, dividend_yield) in NOTES.items():
            if day > issued:
                yield _assumption("PRODUCT", product_id, "VOLATILITY", day, volatility + 0.001 * (place % 4))
                yield _assumption("PRODUCT", product_id, "RISK_FREE_RATE", day, CURVE["2Y"] - 0.0005 * place)
                yield _assumption("PRODUCT", product_id, "DIVIDEND_YIELD", day, dividend_yield)
    for name, count in (("PATHS", 4_000), ("SEED", 7)):
        yield _assumption("PRODUCT_TYPE", "structured", name, OPENING, count, unit="COUNT")
    for place, day in enumerate(QUARTERS):
        for product_id in WELLS:
            yield _assumption("PRODUCT", product_id, "DISCOUNT_RATE", day, 0.11)
        for product_id in ("loan-kelbrook", "loan-quillmere"):
            yield _assumption("PRODUCT", product_id, "PD_12M", day, 0.018 + 0.001 * place)
            yield _assumption("PRODUCT", product_id, "LGD", day, 0.45)
        for name, value in (
            ("CPR", 0.12),
            ("CDR", 0.035),
            ("SEVERITY", 0.6),
            ("SERVICING_RATE", 0.005),
            ("DISCOUNT_RATE", 0.095),
        ):
            yield _assumption("PRODUCT", "abs-loans", name, day, value)
        yield _assumption("PRODUCT", "abs-loans", "RECOVERY_LAG", day, 6, unit="MONTHS")
        for tranche, _, _, spread in TRANCHES:
            yield _assumption("PRODUCT", "abs-loans", "TRANCHE_SPREAD", day, spread, f"TRANCHE-{tranche}")
        for product_id in ("abs-invoices", "abs-climate"):
            yield _assumption("PRODUCT", product_id, "DISCOUNT_RATE", day, 0.075)
            for bucket, loss in (("CURRENT", 0.004), ("1-60", 0.035)):
                yield _assumption("PRODUCT", product_id, "LOSS_RATE", day, loss, bucket)
        for product_id, (_, factor) in PLANTS.items():
            yield _assumption("PRODUCT", product_id, "CAPACITY_FACTOR", day, factor)
            yield _assumption("PRODUCT", product_id, "DEGRADATION_RATE", day, 0.004)
            yield _assumption("PRODUCT", product_id, "DISCOUNT_RATE", day, 0.078)
        for name, value in (("EQUITY_DISCOUNT_RATE", 0.09), ("REVENUE_INDEXATION", 0.02), ("OPEX_INDEXATION", 0.025)):
            yield _assumption("PRODUCT", "infra-tollway", name, day, value)
        yield _assumption("PRODUCT", "infra-water", "RAB_PREMIUM", day, 0.08)


def _assumption(
    scope: str, scope_id: str, name: str, day: dt.date, value: float, tenor: str = "", unit: str = "FRACTION"
) -> Row:
    return {
        "scope_type": scope,
        "scope_id": scope_id,
        "assumption": name,
        "as_of": day,
        "tenor": tenor,
        "source": "Valuation committee",
        "value": decimal(value, 6),
        "unit": unit,
        "compounding": "CONTINUOUS" if name in YIELDS else None,
    }


def valuations() -> Iterator[Row]:
    """A valuation of each private asset at each quarter's end."""
    for product_id, subject, method, first in VALUED:
        for place, day in enumerate(QUARTERS):
            value = decimal(first * (1 + 0.012 * place), 0)
            row: dict[str, object] = {
                "valuation_id": f"VAL-{subject}-{method}-{day:%y%m%d}",
                "product_id": product_id,
                "subject_id": subject,
                "valuation_date": day,
                "method": method,
                "currency": CURRENCIES.get(product_id, "USD"),
                "fair_value_level": "3",
            }
            if method == "MARKET_MULTIPLE":
                row |= {
                    "metric_name": "EBITDA",
                    "metric_value": value,
                    "multiple": Decimal("9.5"),
                    "net_debt": value * 2,
                }
                row |= {"marketability_discount": Decimal("0.1"), "ownership_share": Decimal("0.55")}
            elif method in ("DIRECT_CAP", "RE_DCF"):
                row |= {"noi": value, "cap_rate": Decimal("0.0625")}
                row |= {
                    "discount_rate": Decimal("0.08"),
                    "exit_cap_rate": Decimal("0.0675"),
                    "exit_cost_rate": Decimal("0.02"),
                }
            else:
                row |= {"amount": value, "is_external": method == "EXTERNAL_APPRAISAL"}
            yield row  # type: ignore[misc]


def schedules() -> Iterator[Row]:
    """What is due by contract or forecast: coupons, loans, leases, concession, regulated base and cash flows."""
    ends = [
        dt.date(2026 + place // 12, place % 12 + 1, _last(2026 + place // 12, place % 12 + 1)) for place in range(192)
    ]
    for place, day in enumerate(ends[:132]):
        yield _due("property-harbour", "LEASE", place, day, "325000", "41000")
        yield _due("property-mill", "LEASE", place, day, "210000", "18000")
    for place, day in enumerate(ends[2:192:3]):
        yield _due("infra-tollway", "CONCESSION", place, day, "5200000", "1500000", "200000", "1950000")
        yield _due("infra-water", "RAB", place, day, "900000", "650000", "1850000")
        yield _due("infra-tollway", "DEBT_SERVICE", place, day, "820000", "1130000")
    yield from _loan_payments()
    for place, day in enumerate(ends[2:60:3]):
        yield _due("property-harbour", "NOI", place, day, "975000", "90000")
        yield _due("pe-growth", "DCF_CASH_FLOW", place, day, "1150000", subject="CORVISTON")
    for place, day in enumerate(ends[:192]):
        yield {**_due("energy-solar", "PPA", place, day, None), "price": Decimal("47.5"), "rate": Decimal("0.015")}
    for place, day in enumerate(ends[5:24:6]):
        yield _due("note-autocall", "COUPON_SCHEDULE", place, day, "187500")
    for place, day in enumerate((dt.date(2025, 9, 17), dt.date(2026, 3, 17), dt.date(2026, 9, 17))):
        is_paid = day <= AS_OF
        paid: Row = {"status": "PAID", "paid_date": day} if is_paid else {}
        yield {**_due("note-reverse", "COUPON_SCHEDULE", place, day, "120000"), **paid}


def _loan_payments() -> Iterator[Row]:
    """A loan of 8m from September 2023 over five years: 10.25 % in cash and 2 % in kind, 60,000 back each quarter."""
    balance = Decimal(8_000_000)
    for place in range(20):
        year, month = 2023 + (11 + 3 * place) // 12, (11 + 3 * place) % 12 + 1
        interest, kept = round(balance * Decimal("0.1025") / 4, 2), round(balance * Decimal("0.02") / 4, 2)
        principal = balance + kept if place == 19 else Decimal(60_000)
        day = dt.date(year, month, _last(year, month))
        yield _due("loan-quillmere", "LOAN", place, day, str(interest), str(principal), "0", str(kept))
        balance += kept - principal


def _last(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _due(product_id: str, kind: str, place: int, day: dt.date, *amounts: str | None, subject: str = "") -> Row:
    names = ("amount", "amount_2", "amount_3", "amount_4")
    stated = {name: Decimal(amount) for name, amount in zip(names, amounts, strict=False) if amount is not None}
    return {
        "product_id": product_id,
        "subject_id": subject,
        "kind": kind,
        "sequence": place + 1,
        "event_date": day,
        "currency": CURRENCIES.get(product_id, "USD"),
        "status": "SCHEDULED",
        **stated,
    }


def pools(seed: int) -> Iterator[Row]:
    """Loans, invoices, receivables and tranches at the end of the year."""
    rng = np.random.default_rng([seed, POOL_STREAM])
    for number in range(1, LOAN_COUNT + 1):
        original = decimal(rng.uniform(4_000, 38_000), 2)
        yield {
            **_item("abs-loans", f"LOAN-{number:04d}", "LOAN", original * decimal(rng.uniform(0.3, 1.0), 2), original),
            "interest_rate": decimal(rng.uniform(0.07, 0.13), 4),
            "remaining_months": int(rng.integers(6, 60)),
            "payment_frequency": 12,
            "days_past_due": int(rng.choice([0, 0, 0, 0, 0, 0, 0, 35, 65, 100])),
        }
    for number in range(1, INVOICE_COUNT + 1):
        product_id = "abs-climate" if number % 4 == 0 else "abs-invoices"
        amount = decimal(rng.uniform(9_000, 140_000), 2)
        due = AS_OF + dt.timedelta(days=int(rng.integers(-40, 90)))
        yield {
            **_item(product_id, f"INV-{number:04d}", "INVOICE", amount, amount),
            "issue_date": due - dt.timedelta(days=60),
            "due_date": due,
            "expected_collection_date": max(due, AS_OF) + dt.timedelta(days=10),
            "dilution_rate": Decimal("0.01"),
            "loss_bucket": "CURRENT" if due >= AS_OF else "1-60",
            "debtor_id": f"DEBTOR-{number % 17:02d}",
        }
    for rank, (name, balance, coupon, _) in enumerate(TRANCHES, 1):
        tranche = Decimal(balance)
        yield {
            **_item("abs-loans", f"TRANCHE-{name}", "TRANCHE", tranche, tranche),
            "tranche_rank": rank,
            "tranche_coupon_rate": None if coupon is None else Decimal(coupon),
        }


def _item(product_id: str, item: str, level: str, balance: Decimal, original: Decimal) -> Row:
    return {
        "product_id": product_id,
        "pool_item_id": item,
        "as_of_date": AS_OF,
        "level": level,
        "balance": round(balance, 2),
        "original_balance": original,
        "currency": "USD",
    }


def reserves() -> Iterator[Row]:
    """What backs the coins, at each quarter's end."""
    for product_id, kinds in RESERVE_KINDS.items():
        for day in QUARTERS:
            for kind, value in kinds:
                yield {
                    "product_id": product_id,
                    "reserve_id": f"{product_id}-{kind}",
                    "as_of": stamp(day, 21),
                    "kind": kind,
                    "value": None if value is None else Decimal(value),
                    "currency": "USD",
                    "haircut_rate": Decimal("0.001") if kind == "TBILL" else Decimal(0),
                    "attestation_date": day,
                    "is_exogenous": True,
                    "source": "CUSTODIAN",
                    **BACKING.get(kind, {}),
                }


def token_supply(seed: int) -> Iterator[Row]:
    """Supply of each coin and token at each quarter's end; the register agrees."""
    rng = np.random.default_rng([seed, TOKEN_STREAM])
    for number, product_id in enumerate((*COINS, "token-money", "token-credit")):
        drawn = int(rng.integers(12_000_000, 90_000_000))
        supply = METAL_COIN_SUPPLY.get(product_id, drawn)
        for place, day in enumerate(QUARTERS):
            yield {
                "product_id": product_id,
                "chain": "demo-chain",
                "as_of": stamp(day, 21),
                "contract_address": f"0x{number + 1:040x}",
                "block_number": 17_000_000 + 650_000 * place,
                "token_decimals": 6,
                "total_supply_units": str(supply * 10**6),
                "register_supply": supply,
                "source": "INTERNAL",
            }


def production(seed: int) -> Iterator[Row]:
    """Monthly output of plants and wells."""
    rng = np.random.default_rng([seed, OUTPUT_STREAM])
    for month in range(1, 13):
        days = _last(AS_OF.year, month)
        period: Row = {"period_start": dt.date(AS_OF.year, month, 1), "period_end": dt.date(AS_OF.year, month, days)}
        for product_id, (megawatts, factor) in PLANTS.items():
            output = decimal(megawatts * factor * 24 * days * rng.uniform(0.85, 1.15), 3)
            yield {**_produced(product_id, period), "output": output, "unit": "MWH", "capacity_mw": megawatts}
        for product_id, (unit, monthly) in WELLS.items():
            output = decimal(monthly * 0.985**month * rng.uniform(0.96, 1.04), 1)
            yield {**_produced(product_id, period), "output": output, "unit": unit}


def _produced(product_id: str, period: Row) -> Row:
    return {"product_id": product_id, "asset_id": f"{product_id}-1", **period, "currency": "USD", "source": "INTERNAL"}
