"""The roll-forward of a fund's net assets out of its ledger, and whether it ties to what partners are told. No mapping here.

Lines show the effect on net assets: contributions positive, distributions and costs negative. Source: fund-admin 1.1 M-6,
1.11 check 4, V16.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from calculations.ledger.mapped import MappedBalance
from calculations.ledger.mappings import ChartAccount

TOLERANCE = Decimal("1.00")  # of a tie, in the fund's currency
UNASSIGNED = "other"  # movements of accounts of equity, revenue and expense that name no line
_NET_ASSETS = ("ASSET", "LIABILITY")


@dataclass(frozen=True)
class RollForward:
    """Net assets at both ends of a period and the lines between them, in the fund's currency.

    `difference` is what the lines do not explain: zero where every journal balances and every account is mapped.
    """

    opening: Decimal
    closing: Decimal
    lines: Mapping[str, Decimal]

    @property
    def difference(self) -> Decimal:
        return self.closing - self.opening - sum(self.lines.values(), Decimal(0))


@dataclass(frozen=True)
class Tie:
    """One figure of the ledger beside the one it must equal; null where the other side states none."""

    item: str
    ledger: Decimal
    other: Decimal | None
    tolerance: Decimal = TOLERANCE

    @property
    def difference(self) -> Decimal | None:
        return None if self.other is None else self.ledger - self.other

    @property
    def is_tied(self) -> bool | None:
        return None if self.difference is None else abs(self.difference) <= self.tolerance


def roll_forward(balances: Iterable[MappedBalance], chart: Iterable[ChartAccount]) -> RollForward:
    """The roll-forward from the mapped balances of the accounts that allow posting; headings repeat them and are left out.

    An asset or liability with a line moves net assets as its own (debit-positive) balance moves; equity, revenue and
    expense do so with the opposite sign.
    """
    accounts = {account.account_code: account for account in chart}
    opening = closing = Decimal(0)
    lines: dict[str, Decimal] = defaultdict(Decimal)
    for balance in balances:
        account = accounts[balance.account_code]
        if not account.allows_posting:
            continue
        if account.account_type in _NET_ASSETS:
            opening += balance.opening
            closing += balance.closing
            if account.nav_line is not None:
                lines[account.nav_line] += balance.movement
        else:
            lines[account.nav_line or UNASSIGNED] -= balance.movement
    return RollForward(opening, closing, dict(lines))


def tie(rolled: RollForward, stated: Mapping[str, Decimal | None]) -> tuple[Tie, ...]:
    """Each figure of the roll-forward beside the stated one of the same name: `beginning_nav`, `nav` and the lines.

    A line that no account of the ledger moved is zero there; one that is not stated has no tie.
    """
    figures = {"beginning_nav": rolled.opening, **rolled.lines, "nav": rolled.closing}
    names = [*figures, *(name for name, value in stated.items() if name not in figures and value is not None)]
    return tuple(Tie(name, figures.get(name, Decimal(0)), stated.get(name)) for name in names)
