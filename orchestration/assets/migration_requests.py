"""What the launchpad asks before ratings are simulated. What is done about it is the calculation's."""

from __future__ import annotations

from enum import Enum

import dagster as dg
from pydantic import Field

from calculations.clo.migration.settings import ASSUMED_PATHS, MOST_PATHS, PAID_PATHS, Asked

LAUNCHPAD = f"""What the workbook's Run Model asks for is simulated in every run. To simulate otherwise, start job
`simulate_migration`, which also publishes, and say what differs; the workbook's own rows stand beside yours, which carry the
id of their simulation until a newer workbook comes:

    ops:
      clo_migration:
        config:
          deals: [MAG17]            # empty: all, and the universe of their assets
          paths: 10000              # at most {MOST_PATHS:,}; a workbook's {ASSUMED_PATHS} where it states none
          paid_paths: 500           # the first ones, on which deals are paid; {PAID_PATHS} where nothing is said
          step: quarterly           # annual, semi_annual
          method: default_times     # migration
          correlation: system_defined   # user_defined
          seed: 7
"""


class StepChoice(Enum):
    annual = "annual"
    semi_annual = "semi_annual"
    quarterly = "quarterly"


class MethodChoice(Enum):
    migration = "migration"
    default_times = "default_times"


class CorrelationChoice(Enum):
    user_defined = "user_defined"
    system_defined = "system_defined"


class MigrationChoice(dg.Config):
    """What differs from what the workbook asks for; nothing is the workbook's own simulation."""

    deals: list[str] = Field(default=[], description="Ids of the deals to simulate; empty: all of them.")
    paths: int | None = Field(default=None, description=f"Number of paths, at most {MOST_PATHS:,}.")
    paid_paths: int | None = Field(
        default=None, description=f"How many of the first paths the deals are paid on; {PAID_PATHS} if left out."
    )
    step: StepChoice | None = Field(default=None, description="How long a period is.")
    method: MethodChoice | None = Field(
        default=None, description="migration: ratings each period; default_times: one day of default an asset and path."
    )
    seed: int | None = Field(default=None, description="Seed of the random numbers.")
    correlation: CorrelationChoice | None = Field(
        default=None, description="user_defined: the workbook's matrix; system_defined: by issuer, industry and rating."
    )

    def asked(self) -> Asked:
        """The choice as the calculation takes it. Raises ValueError naming a field that is out of bounds."""
        return Asked(
            deals=tuple(sorted(set(self.deals))),
            paths=self.paths,
            paid_paths=self.paid_paths,
            step=None if self.step is None else self.step.value,
            method=None if self.method is None else self.method.value,
            seed=self.seed,
            correlation=None if self.correlation is None else self.correlation.value,
        )
