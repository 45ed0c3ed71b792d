"""A money market fund and what it holds on a valuation date, as stated. Days, shares and verdicts do not belong here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Regime = Literal["US_2A7", "EU_MMFR"]
FundType = Literal[
    "GOVERNMENT",
    "RETAIL_PRIME",
    "RETAIL_TAX_EXEMPT",
    "INSTITUTIONAL_PRIME",
    "INSTITUTIONAL_TAX_EXEMPT",
    "PUBLIC_DEBT_CNAV",
    "LVNAV",
    "VNAV_SHORT",
    "VNAV_STANDARD",
]
CouponKind = Literal["FIXED", "ZERO", "VARIABLE", "FLOATER"]

FLOATING = ("INSTITUTIONAL_PRIME", "INSTITUTIONAL_TAX_EXEMPT", "VNAV_SHORT", "VNAV_STANDARD")
HOME_OF_GOVERNMENT = "US"  # a government security of rule 2a-7 is one of the United States


@dataclass(frozen=True)
class MoneyMarketFund:
    """The fund as a whole; amounts in its currency, None where not known.

    `other_assets` are those that no holding lists (accrued income, subscriptions due); `stable_nav` is the price at
    which a stable fund deals, not its unrounded NAV. `net_redemptions` are the day's. `discretionary_fee_rate` is the
    fee that the board charges, None where it charges none.
    """

    product_id: str
    regime: Regime
    fund_type: FundType
    shares_outstanding: Decimal | None
    liabilities: Decimal | None
    other_assets: Decimal | None
    stable_nav: Decimal | None = None
    net_redemptions: Decimal | None = None
    discretionary_fee_rate: Decimal | None = None
    is_single_state: bool = False

    @property
    def is_stable(self) -> bool:
        """Whether it deals at a stable price; the others deal at the NAV of the day."""
        return self.fund_type not in FLOATING


@dataclass(frozen=True)
class Holding:
    """One lot. Values are positive for what is owned; a negative one is owed and counts as a liability.

    `holding_type` and `instrument_type` are those of the input contracts, and RECEIVABLE is a holding type for what is
    due from a sale, on `final_maturity_date`. That date is the legal maturity, the scheduled repurchase of a repo;
    `redemption_date` is set once the security has been called. With a demand feature, principal is recovered on
    `demand_date`, but not before `demand_notice_days` have run. `redemption_days` is how long another money market fund
    may take to pay. `issuer_id` is the counterparty of a repo and the bank of a deposit. `is_highly_liquid`: can be
    sold and settled in a day, or the units redeemed in five business days (EU). `can_rely_on_put`: its put meets the
    conditions on which EU rules let it end the life of a security. `liquidity_cost_bps` is the spread, transaction
    cost and market impact of selling. Source: input-contracts 4.1, 4.2.
    """

    holding_id: str
    instrument_id: str
    holding_type: str
    instrument_type: str
    market_value: Decimal | None
    amortised_cost: Decimal | None = None
    is_at_amortised_cost: bool = False
    is_government: bool = False
    issuer_id: str | None = None
    issuer_parent_id: str | None = None
    issuer_country: str | None = None
    guarantor_id: str | None = None
    coupon_kind: CouponKind | None = None
    final_maturity_date: dt.date | None = None
    redemption_date: dt.date | None = None
    next_reset_date: dt.date | None = None
    demand_date: dt.date | None = None
    demand_notice_days: int | None = None
    redemption_days: int | None = None
    repo_collateral: Literal["GOVERNMENT", "OTHER"] | None = None
    is_illiquid: bool = False
    is_highly_liquid: bool = False
    can_rely_on_put: bool = False
    purchase_date: dt.date | None = None
    liquidity_cost_bps: Decimal | None = None

    @property
    def is_cash(self) -> bool:
        return "CASH" in (self.holding_type, self.instrument_type)

    @property
    def is_deposit(self) -> bool:
        return self.instrument_type == "DEPOSIT"

    @property
    def is_receivable(self) -> bool:
        return self.holding_type == "RECEIVABLE"

    @property
    def is_repo(self) -> bool:
        return "REPO" in (self.holding_type, self.instrument_type)

    @property
    def is_fund_units(self) -> bool:
        return self.holding_type == "FUND_UNITS" or self.instrument_type == "FUND_UNIT"

    @property
    def is_security(self) -> bool:
        """Paper of an issuer: no cash, deposit, receivable, repo or fund units."""
        return not (self.is_cash or self.is_deposit or self.is_receivable or self.is_repo or self.is_fund_units)

    @property
    def has_life(self) -> bool:
        """Whether it counts in WAM and WAL, which leave cash and receivables out. Source: nav 4.1."""
        return not (self.is_cash or self.is_receivable)

    @property
    def has_demand_feature(self) -> bool:
        return self.demand_date is not None or self.demand_notice_days is not None

    def is_government_security(self, regime: Regime) -> bool:
        """Paper of the United States and its agencies under rule 2a-7, public debt of any state under EU rules."""
        at_home = regime == "EU_MMFR" or self.issuer_country in (None, HOME_OF_GOVERNMENT)
        return self.is_security and self.is_government and at_home

    def is_treasury(self) -> bool:
        """A direct obligation of the United States, which an agency's paper is not."""
        is_direct = self.holding_type == "GOVERNMENT_SECURITIES" and self.instrument_type != "DISCOUNT_NOTE"
        return is_direct and self.is_government_security("US_2A7")

    def is_agency_discount_note(self) -> bool:
        return self.instrument_type == "DISCOUNT_NOTE" and self.is_government_security("US_2A7")
