"""Many distributions shared out among their partners, gross to net, in one pass. Distributions as records are in `distributions`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.daycount import Ints
from calculations.exact.minor_units import ONE
from calculations.exact.products import half_up
from calculations.exact.sharing import allocate_many


@dataclass(frozen=True, eq=False)
class DistributionLegs:
    """Partners of many distributions, one after the other and in id order in each: of i, `offsets[i]:offsets[i + 1]`.

    `weights` (legs,) is what each takes part with, 0 where excused; `withholding_rates` (legs, components) in 1e-12;
    `fee_offset` and `carried_interest` (legs,) in minor units.
    """

    offsets: Ints
    weights: Ints
    withholding_rates: Ints
    fee_offset: Ints
    carried_interest: Ints


@dataclass(frozen=True, eq=False)
class Shared:
    """`gross` and `withheld` (legs, components), `net` (legs,) in minor units; net = gross - withheld - offset - carry."""

    gross: Ints
    withheld: Ints
    net: Ints


def participation(amounts: Ints, share_excused: Ints) -> Ints:
    """What each partner takes part with: its amount less the part excused (1e-12), half-up; (legs,). Source: fund-admin D-1."""
    return half_up(amounts, ONE - share_excused, ONE)


def share_proceeds(components: Ints, legs: DistributionLegs) -> Shared:
    """Each component of each distribution shared by weight and sums to itself; `components` (distributions, components).

    Tax is withheld of each component before offset and carry, half-up. A net amount may be negative here, for the
    caller to refuse. Source: fund-admin D-1, D-3, D-5; M-3.
    """
    gross = np.zeros((legs.weights.size, components.shape[1]), dtype=np.int64)
    for column in range(components.shape[1]):
        gross[:, column] = allocate_many(components[:, column], legs.offsets, legs.weights)
    withheld = half_up(gross, legs.withholding_rates, ONE)
    return Shared(gross, withheld, (gross - withheld).sum(axis=1) - legs.fee_offset - legs.carried_interest)
