"""Sharing out as the specification says it, one party after the other in fractions. Nothing of the project is used here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def half_up(amount: Fraction) -> int:
    """The nearest whole number, halves away from zero. Source: fund-admin M-3."""
    size = int(abs(amount) + Fraction(1, 2))
    return size if amount >= 0 else -size


def shared_out(total: int, weights: Sequence[int], ids: Sequence[str] | None = None) -> list[int]:
    """Floors of the shares, then one unit each to the largest remainders, ties by id. Source: fund-admin M-3."""
    if total < 0:
        return [-part for part in shared_out(-total, weights, ids)]
    names = ids or [f"{place:09d}" for place in range(len(weights))]
    whole = sum(weights)
    exact = {name: Fraction(total * weight, whole) for name, weight in zip(names, weights, strict=True)}
    parts = {name: int(share) for name, share in exact.items()}
    while sum(parts.values()) < total:
        # the one that is furthest below its exact share; of several the smaller id
        name = max(sorted(exact), key=lambda each: exact[each] - parts[each])
        parts[name] += 1
    return [parts[name] for name in names]


def capped(total: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """Cap whoever exceeds, spread the rest over the others, repeat; those below their caps by M-3. Source: fund-admin CC-2."""
    at_cap: set[int] = set()
    while True:
        left = total - sum(caps[i] for i in at_cap)
        whole = sum(w for i, w in enumerate(weights) if i not in at_cap)
        binding = {
            i for i, w in enumerate(weights) if i not in at_cap and whole and Fraction(left * w, whole) > caps[i]
        }
        if not binding:
            break
        at_cap |= binding
    free = [0 if i in at_cap else w for i, w in enumerate(weights)]
    shared = shared_out(left, free) if any(free) else [0] * len(free)
    return [caps[i] if i in at_cap else shared[i] for i in range(len(weights))]


def allocate(
    total: Decimal, weights: Sequence[Decimal], unit: Decimal, ids: Sequence[str] | None = None
) -> tuple[Decimal, ...]:
    """`shared_out` for money and weights of any decimals."""
    fractions = [Fraction(weight) for weight in weights]
    fine = 1
    for fraction in fractions:
        fine *= fraction.denominator
    units = Fraction(total) / Fraction(unit)
    assert units.denominator == 1
    return tuple(part * unit for part in shared_out(int(units), [int(each * fine) for each in fractions], ids))
