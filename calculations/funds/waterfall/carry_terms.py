"""Terms of what happens beside the tiers: deductions first, escrow, clawback, tax advances, giveback. The tiers' own terms are not here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from calculations.funds import shapes


class ClawbackTest(StrEnum):
    """EXCESS: carry above its share of the profit. SHORTFALL: what the LP misses of capital and preferred return."""

    EXCESS = "EXCESS"
    SHORTFALL = "SHORTFALL"


class Interim(StrEnum):
    NONE = "NONE"
    ANNUAL = "ANNUAL"
    TRIGGER = "TRIGGER"


class Guarantee(StrEnum):
    """SEVERAL: each member owes its own share. JOINT_AND_SEVERAL: the others cover what a member cannot pay."""

    SEVERAL = "SEVERAL"
    JOINT_AND_SEVERAL = "JOINT_AND_SEVERAL"


@dataclass(frozen=True)
class Deduction:
    """Taken off the top: an `amount` of each distribution of the fund or, where that is None, a `share` of it."""

    name: str
    amount: Decimal | None
    share: Decimal


@dataclass(frozen=True)
class Escrow:
    """`share` of carry is held; all of it while fair value is below `nav_coverage` times unreturned capital."""

    share: Decimal
    nav_coverage: Decimal | None


@dataclass(frozen=True)
class Clawback:
    """Which tests the GP's carry must pass, and when; `tax_rate` is what the GP may keep of it to pay its taxes."""

    tests: tuple[ClawbackTest, ...]
    interim: Interim = Interim.NONE
    tax_rate: Decimal = Decimal(0)
    guarantee: Guarantee = Guarantee.SEVERAL


@dataclass(frozen=True)
class Giveback:
    """The LP may be asked to return up to `cap_share` of what it had in the `years` before."""

    cap_share: Decimal
    years: int


def read_deductions(given: Any) -> tuple[Deduction, ...]:
    """The off_the_top list. Raises ValueError, as everything here, by key, expected and found."""
    return tuple(_deduction(f"off_the_top[{i}]", item) for i, item in enumerate(shapes.items("off_the_top", given)))


def _deduction(path: str, given: Any) -> Deduction:
    entry = shapes.keys(path, given, ("name", "amount", "share"), ("name",))
    if ("amount" in entry) == ("share" in entry):
        raise ValueError(f"{path}: expected either amount or share, found {', '.join(entry)}")
    amount = shapes.number(f"{path}.amount", entry["amount"], at_least=0) if "amount" in entry else None
    share = shapes.number(f"{path}.share", entry.get("share", 0), at_least=0, at_most=1)
    return Deduction(str(entry["name"]), amount, share)


def read_escrow(given: Any) -> Escrow:
    entry = shapes.keys("escrow", given, ("share", "nav_coverage"), ())
    coverage = entry.get("nav_coverage")
    return Escrow(
        share=shapes.number("escrow.share", entry.get("share", 0), at_least=0, at_most=1),
        nav_coverage=None if coverage is None else shapes.number("escrow.nav_coverage", coverage, at_least=0),
    )


def read_clawback(given: Any) -> Clawback:
    known = ("tests", "interim", "net_of_tax", "tax_rate", "guarantee")
    entry = shapes.keys("clawback", given, known, ())
    tests = shapes.items("clawback.tests", entry.get("tests", list(ClawbackTest)))
    net_of_tax = shapes.flag("clawback.net_of_tax", entry.get("net_of_tax", False))
    tax_rate = shapes.fraction("clawback.tax_rate", entry.get("tax_rate", 0))
    return Clawback(
        tests=tuple(shapes.choice(f"clawback.tests[{i}]", test, ClawbackTest) for i, test in enumerate(tests)),
        interim=shapes.choice("clawback.interim", entry.get("interim", "NONE"), Interim),
        tax_rate=tax_rate if net_of_tax else Decimal(0),
        guarantee=shapes.choice("clawback.guarantee", entry.get("guarantee", "SEVERAL"), Guarantee),
    )


def read_tax_advance(given: Any) -> Decimal:
    """The rate at which the GP is advanced tax on carry allocated to it."""
    entry: Mapping[str, Any] = shapes.keys("tax_advance", given, ("rate",), ("rate",))
    return shapes.fraction("tax_advance.rate", entry["rate"])


def read_giveback(given: Any) -> Giveback:
    entry = shapes.keys("giveback", given, ("cap_share", "years"), ("cap_share", "years"))
    years = shapes.number("giveback.years", entry["years"], at_least=0)
    if years != int(years):
        raise ValueError(f"giveback.years: expected a whole number, found {entry['years']!r}")
    return Giveback(shapes.number("giveback.cap_share", entry["cap_share"], at_least=0, at_most=1), int(years))
