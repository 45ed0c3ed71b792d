"""The roll-forward of net assets out of a mapped ledger, and its tie to what partners are told."""

from decimal import Decimal

from calculations.ledger.mapped import MappedBalance
from calculations.ledger.mappings import ChartAccount
from calculations.ledger.roll_forward import RollForward, roll_forward, tie

CHART = (
    ChartAccount("1000", "ASSET", allows_posting=False),
    ChartAccount("1100", "ASSET"),
    ChartAccount("1210", "ASSET", nav_line="unrealized_gain"),
    ChartAccount("2200", "LIABILITY"),
    ChartAccount("3100", "EQUITY", nav_line="contributions"),
    ChartAccount("3200", "EQUITY", nav_line="distributions"),
    ChartAccount("3300", "LIABILITY", nav_line="accrued_carry"),
    ChartAccount("4100", "REVENUE", nav_line="income"),
    ChartAccount("4200", "REVENUE", nav_line="realized_gain"),
    ChartAccount("5100", "EXPENSE", nav_line="management_fee"),
    ChartAccount("5200", "EXPENSE", nav_line="expenses"),
)


def moved(account: str, movement: str, opening: str = "0") -> MappedBalance:
    return MappedBalance(account, Decimal(opening), Decimal(opening) + Decimal(movement), ("M",), (account,))


# V16 of fund-admin as a ledger: debit-positive movements of a fund that opens with 10,000,000 of cash. Cash moves by
# 1,500,000 - 800,000 - 40,000 - 15,000 + 12,000 + 200,000 = 857,000; carry is a liability of 100,000 at the end.
V16 = (
    moved("1000", "1207000", opening="10000000"),  # a heading, which repeats its accounts
    moved("1100", "857000", opening="10000000"),
    moved("1210", "350000"),
    moved("3300", "-100000"),
    moved("3100", "-1500000"),
    moved("3200", "800000"),
    moved("5100", "40000"),
    moved("5200", "15000"),
    moved("4100", "-12000"),
    moved("4200", "-200000"),
)


def test_v16_rolls_from_ten_million_to_11_107_000() -> None:
    rolled = roll_forward(V16, CHART)
    assert (rolled.opening, rolled.closing) == (Decimal(10_000_000), Decimal(11_107_000))
    assert rolled.lines == {
        "contributions": Decimal(1_500_000),
        "distributions": Decimal(-800_000),
        "management_fee": Decimal(-40_000),
        "expenses": Decimal(-15_000),
        "income": Decimal(12_000),
        "realized_gain": Decimal(200_000),
        "unrealized_gain": Decimal(350_000),
        "accrued_carry": Decimal(-100_000),
    }
    assert rolled.difference == 0


def test_what_no_line_explains_is_a_difference() -> None:
    assert roll_forward([moved("1100", "5")], CHART).difference == 5


def test_costs_that_name_no_line_are_other() -> None:
    chart = (ChartAccount("1100", "ASSET"), ChartAccount("5900", "EXPENSE"))
    rolled = roll_forward([moved("1100", "-7"), moved("5900", "7")], chart)
    assert rolled.lines == {"other": Decimal(-7)}
    assert rolled.difference == 0


def test_a_tie_holds_within_one_unit_of_currency() -> None:
    rolled = RollForward(Decimal(0), Decimal(100), {"income": Decimal(100)})
    ties = {
        each.item: each for each in tie(rolled, {"beginning_nav": None, "income": Decimal(99), "nav": Decimal("98.99")})
    }
    assert ties["income"].is_tied is True
    assert (ties["nav"].is_tied, ties["nav"].difference) == (False, Decimal("1.01"))
    assert (ties["beginning_nav"].is_tied, ties["beginning_nav"].difference) == (None, None)


def test_a_stated_line_that_the_ledger_did_not_move_is_compared_with_zero() -> None:
    rolled = RollForward(Decimal(0), Decimal(0), {})
    (item,) = [each for each in tie(rolled, {"expenses": Decimal(-5)}) if each.item == "expenses"]
    assert (item.ledger, item.difference, item.is_tied) == (Decimal(0), Decimal(5), False)
