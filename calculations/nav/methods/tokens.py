"""Tokens on chains: supply in base units, the register beside it, vault shares as integers, the market price.

Used by tokenised funds and stablecoins; what a token is a claim on does not belong here. Source: nav 2 (M-DTF, M-STB).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise
from calculations.nav.premiums import Listing, traded_price
from calculations.nav.results import Failure, Measure, Strike, Unavailable, Valuation
from calculations.nav.strike import strike

ZERO = Decimal(0)
REGISTER_TOLERANCE_UNITS = 1


@dataclass(frozen=True)
class ChainSupply:
    """Supply on one chain at a block, in whole base units of 10^-`decimals` token; `register` in tokens.

    `total` is the contract's, tokens sent to a dead address (`burnt`) and those of the treasury included. Pending
    mints are in none of them, pending burns still in circulation. Raises Unavailable DOMAIN for parts above the total.
    """

    chain: str
    block: int
    decimals: int
    total: int
    treasury: int = 0
    burnt: int = 0
    pending_mint: int = 0
    pending_burn: int = 0
    register: Decimal | None = None

    def __post_init__(self) -> None:
        counts = (self.total, self.treasury, self.burnt, self.pending_mint, self.pending_burn, self.decimals)
        if min(counts) < 0 or self.pending_burn > self.circulating:
            raise Unavailable(
                "DOMAIN",
                f"{self.chain}, block {self.block}: expected 0 <= pending burns <= total - treasury - burnt, found "
                f"{self.pending_burn}, {self.total}, {self.treasury}, {self.burnt}",
            )

    @property
    def circulating(self) -> int:
        """Base units that are a claim: the total without the treasury's and the burnt."""
        return self.total - self.treasury - self.burnt

    @property
    def register_gap(self) -> Decimal | None:
        """Base units on chain, burnt ones left out, less those of the register; None where no register is stated."""
        if self.register is None:
            return None
        with precise():
            return self.total - self.burnt - self.register.scaleb(self.decimals)

    def tokens(self, units: int) -> Decimal:
        """Base units as tokens, exactly."""
        with precise():
            return Decimal(units).scaleb(-self.decimals)


@dataclass(frozen=True)
class Supply:
    """The supply of a token over its chains, in tokens."""

    chains: tuple[ChainSupply, ...]

    @property
    def circulating(self) -> Decimal:
        with precise():
            return sum((chain.tokens(chain.circulating) for chain in self.chains), ZERO)

    @property
    def pending_burn(self) -> Decimal:
        with precise():
            return sum((chain.tokens(chain.pending_burn) for chain in self.chains), ZERO)


def assets_for_shares(shares: int, assets: int, supply: int, offset: int | None = None, *, up: bool = False) -> int:
    """Base units of the asset for `shares` of an ERC-4626 vault with total `assets` and `supply`; integers throughout.

    Floor, as where the vault pays (redeem); `up` where it is paid (mint): either way the vault gains the fraction.
    With an `offset` the virtual form: one asset and 10^offset shares more; without, one for one in an empty vault.
    """
    _require_counts(shares, assets, supply)
    if offset is not None:
        assets, supply = assets + 1, supply + 10**offset
    return shares if supply == 0 else _quotient(shares * assets, supply, up=up)


def shares_for_assets(amount: int, assets: int, supply: int, offset: int | None = None, *, up: bool = False) -> int:
    """Shares of an ERC-4626 vault for `amount` base units of its asset: floor (deposit), or `up` (withdraw).

    Raises Unavailable DOMAIN where there are shares and no assets: they have no price.
    """
    _require_counts(amount, assets, supply)
    if offset is not None:
        assets, supply = assets + 1, supply + 10**offset
    if supply == 0:
        return amount
    if assets == 0:
        raise Unavailable("DOMAIN", f"{supply} shares of a vault without assets have no price")
    return _quotient(amount * supply, assets, up=up)


def _quotient(dividend: int, divisor: int, *, up: bool) -> int:
    return -(-dividend // divisor) if up else dividend // divisor


def _require_counts(*counts: int) -> None:
    if min(counts) < 0:
        raise Unavailable("DOMAIN", f"base units must be >= 0, found {min(counts)}")


def token_supply(evidence: Evidence) -> tuple[Supply, Sequence[Row]]:
    """The last supply of each chain by the cut-off, and the rows it is from.

    Raises Unavailable NO_SHARES where none is stated or nothing circulates, MISSING_TERMS, DOMAIN.
    """
    rows = evidence.latest(evidence.stated.token_supply, "as_of", "chain")
    if not rows:
        raise Unavailable("NO_SHARES", f"{evidence.product_id}: expected a token supply by {evidence.day}, found none")
    supply = Supply(tuple(_chain(evidence, row) for row in rows))
    if supply.circulating <= 0:
        raise Unavailable("NO_SHARES", f"{evidence.product_id}: tokens in circulation must be above zero, found none")
    return supply, rows


def _chain(evidence: Evidence, row: Row) -> ChainSupply:
    return ChainSupply(
        chain=str(row["chain"]),
        block=int(evidence.required("block_number", row)),
        decimals=int(evidence.required("token_decimals", row)),
        total=int(evidence.required("total_supply_units", row)),
        treasury=int(row["treasury_units"] or 0),
        burnt=int(row["burnt_units"] or 0),
        pending_mint=int(row["pending_mint_units"] or 0),
        pending_burn=int(row["pending_burn_units"] or 0),
        register=row["register_supply"],
    )


def register_breaks(evidence: Evidence, supply: Supply) -> tuple[Failure, ...]:
    """Chains whose supply and register contradict each other by more than one base unit: DUPLICATE_INPUT."""
    return tuple(
        Failure(
            "DUPLICATE_INPUT",
            "product",
            evidence.product_id,
            f"{chain.chain}, block {chain.block}: register and supply must agree within "
            f"{REGISTER_TOLERANCE_UNITS} base unit, found a gap of {chain.register_gap}",
        )
        for chain in supply.chains
        if chain.register_gap is not None and abs(chain.register_gap) > REGISTER_TOLERANCE_UNITS
    )


def supply_measures(supply: Supply) -> tuple[Measure, ...]:
    """Tokens in circulation, those waiting to be burnt, and what register and chain differ by, in base units."""
    return (
        Measure("CIRCULATING_SUPPLY", supply.circulating, "COUNT"),
        Measure("PENDING_BURN", supply.pending_burn, "COUNT"),
        *(
            Measure("REGISTER_GAP_UNITS", chain.register_gap, "COUNT", chain.chain)
            for chain in supply.chains
            if chain.register_gap is not None
        ),
    )


def market_price(evidence: Evidence, currency: str) -> Decimal:
    """What the token itself trades at, in `currency`: the price of the product's own instrument.

    Raises Unavailable MISSING_PRICE, STALE_PRICE, NON_POSITIVE_PRICE, DUPLICATE_INPUT, MISSING_FX, STALE_FX.
    """
    token = evidence.product["instrument_id"]
    if token is None:
        raise Unavailable("MISSING_PRICE", f"{evidence.product_id}: instrument_id of the token itself, found none")
    prices = evidence.market.prices_until(token, evidence.point)
    listing = Listing(token, instrument_type="TOKEN")
    found = traded_price(listing, currency, prices, evidence.point, evidence.policy, evidence.rate)
    if found.price is None:
        raise Unavailable(found.reason or "MISSING_PRICE", found.detail or token)
    return found.price


def provisional(evidence: Evidence, valuation: Valuation) -> Strike:
    """The product struck as valued so far, for measures that rest on what everything comes to, accruals included."""
    inputs = evidence.inputs
    return strike(
        inputs.product,
        inputs.point,
        valuation.positions,
        inputs.prices,
        inputs.rates,
        evidence.policy,
        valuation.accruals,
        inputs.classes,
        valuation,
    )
