"""The instruments of the NAV demo: equities, bonds, discount paper and the rest. Their prices do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.samples.nav.money import decimal
from ingestion.samples.nav.table import Row

COUPON_DAY = 15
ISSUED = dt.date(2022, 1, 15)
# Discount paper is a year long when issued.
TENOR = dt.timedelta(days=364)
PER_100 = ("NOTE", "BOND", "BILL", "CP", "REPO")
SPREAD = {"EQUITY": 0.45, "COMMODITY": 0.02, "FUTURE": 0.005, "TOKEN": 0.02, "INDEX": 0.2, "FUND_UNIT": 0.2}
NARROW = 0.02


@dataclass(frozen=True)
class Instrument:
    """One instrument. `level`, `drift`, `volatility` and `spread` are of its price; a rate is a fraction a year."""

    instrument_id: str
    name: str
    instrument_type: str
    currency: str
    country: str | None = None
    exchange: str | None = None
    issuer_name: str | None = None
    is_government: bool = False
    price_type: str = "CLOSE"
    price_currency: str = ""
    contract_size: Decimal = Decimal(1)
    unit_of_measure: str | None = None
    seniority: str | None = None
    coupon_rate: Decimal | None = None
    coupon_frequency: str | None = None
    issue_date: dt.date | None = None
    maturity_date: dt.date | None = None
    level: float = 0.0
    drift: float = 0.0
    volatility: float = 0.0
    decimals: int = 2
    discount_yield: float = 0.0

    @property
    def is_per_100(self) -> bool:
        return self.instrument_type in PER_100

    @property
    def is_in_pence(self) -> bool:
        return self.price_currency == "GBX"

    @property
    def spread(self) -> float:
        return SPREAD.get(self.instrument_type, NARROW)

    @property
    def price_source(self) -> str:
        return "VENDOR" if self.is_per_100 or self.instrument_type == "FUND_UNIT" else "EXCHANGE"

    def accrued_per_100(self, day: dt.date) -> Decimal:
        """Interest accrued since the last coupon, ACT/ACT ICMA, unrounded. Source: nav 2, M-BOND."""
        if not self.coupon_rate:
            return Decimal(0)
        assert self.coupon_frequency is not None
        last, following = self.coupon_period(day)
        return 100 * self.coupon_rate * (day - last).days / (int(self.coupon_frequency) * (following - last).days)

    def coupon_period(self, day: dt.date) -> tuple[dt.date, dt.date]:
        """The coupon dates around `day`: the last on or before it, and the next."""
        assert self.maturity_date is not None
        assert self.coupon_frequency is not None
        step = 12 // int(self.coupon_frequency)
        months = 12 * (day.year - self.maturity_date.year) + day.month - self.maturity_date.month
        back = months % step + (step if months % step == 0 and day.day < COUPON_DAY else 0)
        return _month(day, -back), _month(day, step - back)

    def row(self) -> Row:
        """The instrument in sheet Instruments."""
        terms: dict[str, Any] = {
            "instrument_id": self.instrument_id,
            "name": self.name,
            "instrument_type": self.instrument_type,
            "currency": self.currency,
            "exchange": self.exchange,
            "issuer_name": self.issuer_name,
            "issuer_id": self.issuer_name and self.issuer_name.upper().replace(" ", "-"),
            "issuer_country": self.country,
            "is_government": self.is_government,
            "quote_basis": "PER_100" if self.is_per_100 else "PER_UNIT",
            "contract_size": self.contract_size,
            "unit_of_measure": self.unit_of_measure,
            "status": "ACTIVE",
        }
        if self.is_per_100 and self.maturity_date is not None:
            terms |= {
                "coupon_rate": self.coupon_rate or 0,
                "coupon_kind": "FIXED" if self.coupon_rate else "ZERO",
                "coupon_frequency": self.coupon_frequency or "0",
                "day_count": "ACT_ACT_ICMA" if self.coupon_rate else "ACT_360",
                "issue_date": self.issue_date,
                "maturity_date": self.maturity_date,
                "redemption_price": 100,
                "seniority": self.seniority,
            }
        return terms


def _month(day: dt.date, months: int) -> dt.date:
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return dt.date(year, month + 1, COUPON_DAY)


def group_instruments(terms: Mapping[str, Any]) -> tuple[Instrument, ...]:
    """The instruments of `groups`, named from stems and trades in turn."""
    return tuple(_grouped(terms["groups"], terms["stems"], terms["trades"]))


def _grouped(groups: Iterable[Mapping[str, Any]], stems: list[str], trades: list[str]) -> Iterator[Instrument]:
    named = 0
    for group in groups:
        for number in range(1, group["count"] + 1):
            # Stem and trade run at different speeds, so that no name comes twice.
            issuer = f"{stems[named % len(stems)]} {trades[(named + named // len(stems)) % len(trades)]}"
            named += 1
            name, bond = _named(group, number, issuer), {}
            if "coupon" in group:
                year, month = group["first_maturity"] + number // 2, (2, 5, 8, 11)[number % 4]
                coupon = group["coupon"] + group["step"] * (number % 7)
                bond = {
                    "coupon_rate": decimal(coupon, 5),
                    "coupon_frequency": group["frequency"],
                    "maturity_date": dt.date(year, month, COUPON_DAY),
                    "issue_date": ISSUED.replace(month=month),
                    "price_type": "CLEAN",
                }
                name = f"{name} {100 * coupon:.3f} % {year}"
            yield Instrument(
                instrument_id=f"{group['prefix']}-{number:02d}",
                name=name,
                instrument_type=group["type"],
                currency=group["currency"],
                country=group.get("country"),
                exchange=group.get("exchange"),
                issuer_name=name.split(" 20")[0] if group["type"] == "EQUITY" else issuer,
                is_government=group.get("is_government", False),
                price_currency=group.get("quoted_in", group["currency"]),
                contract_size=Decimal(group.get("contract_size", 1)),
                unit_of_measure=group.get("unit_of_measure"),
                seniority=group.get("seniority"),
                level=group["level"],
                drift=group["drift"],
                volatility=group["volatility"],
                decimals=group["decimals"],
                **{"price_type": group.get("price_type", "CLOSE"), **bond},
            )


def _named(group: Mapping[str, Any], number: int, issuer: str) -> str:
    labels = {
        "COMMODITY": f"Bullion grade {number}",
        "FUTURE": f"{group['prefix'].title()} future {number}",
        "INDEX": f"Weir demo index {number}",
        "TOKEN": f"{issuer.split()[0]} token",
        "FUND_UNIT": f"{issuer.split()[0]} Partners Fund, units",
        "NOTE": f"Treasury note {number}",
    }
    return labels.get(group["type"], issuer)


def ladder_instruments(terms: Mapping[str, Any]) -> tuple[Instrument, ...]:
    """Discount paper of the money market funds, by maturity."""
    found = []
    for ladder in terms["ladders"]:
        for number in range(ladder["count"]):
            maturity = ladder["first_maturity"] + dt.timedelta(days=number * ladder["every_days"])
            issuer = ladder["issuer"] or terms["issuers"][number % len(terms["issuers"])]
            found.append(
                Instrument(
                    instrument_id=f"{ladder['prefix']}-{maturity:%y%m%d}",
                    name=f"{issuer}, {ladder['type'].lower()} to {maturity}",
                    instrument_type=ladder["type"],
                    currency=ladder["currency"],
                    country=ladder["country"],
                    issuer_name=issuer,
                    is_government=ladder["is_government"],
                    price_type="CLEAN",
                    price_currency=ladder["currency"],
                    issue_date=maturity - TENOR,
                    maturity_date=maturity,
                    decimals=5,
                    discount_yield=ladder["yield"],
                )
            )
    return tuple(found)


def repo_instruments(terms: Mapping[str, Any]) -> tuple[Instrument, ...]:
    """Overnight repos, one line each that rolls every day at par."""
    return tuple(
        Instrument(
            instrument_id=name,
            name=f"Overnight repo {name[5:].lower()}",
            instrument_type="REPO",
            currency=currency,
            issuer_name=terms["issuers"][0],
            price_type="CLEAN",
            price_currency=currency,
            decimals=4,
            discount_yield=rate,
        )
        for name, currency, rate in terms["repos"]
    )
