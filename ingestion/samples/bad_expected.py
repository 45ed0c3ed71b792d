"""What must become of the samples of wrong files, as somebody wrote it down from the contract. Making the files does not belong here.

Source: input-contracts 1.4, 2.3, 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ingestion.samples.bad_files import BAD

EXPECTED = BAD / "expected.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Breach(_Frozen):
    """One thing wrong, at a place as a person looks it up: a column is a letter, a line of a text is a row."""

    code: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None


class Delivery(_Frozen):
    """One file put into the inbox and its outcome. `file` lies below `bad`; `delivered_as` is its name in the inbox.

    `code` explains an outcome other than loaded. `holds` are the entities kept at their last good version.
    `says` must stand in the message of that outcome. `erased_before`: what was loaded until then is erased on request before this file arrives.
    """

    file: str
    delivered_as: str
    status: Literal["loaded", "rejected", "duplicate", "held", "waiting"]
    code: str | None = None
    says: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()
    holds: tuple[str, ...] = ()
    is_being_written: bool = False
    erased_before: bool = False


class Case(_Frozen):
    """`built_in_tests` says why the files are not kept with the code, where they are not."""

    name: str
    about: str
    deliveries: tuple[Delivery, ...]
    built_in_tests: str | None = None

    @property
    def code(self) -> str:
        return self.name.partition("__")[0]

    @property
    def codes(self) -> set[str]:
        """Every reason code that the case shows."""
        breaches = {breach.code for delivery in self.deliveries for breach in delivery.breaches}
        return breaches | {delivery.code for delivery in self.deliveries if delivery.code}


class Expected(_Frozen):
    """`without_case`: why a reason code has no sample.

    `usual`: codes that a tiny file of a kind always yields, by kind; they are compared only where a delivery expects them.
    """

    usual: Mapping[str, tuple[str, ...]]
    without_case: Mapping[str, str]
    cases: tuple[Case, ...]


@cache
def expected_outcomes() -> Expected:
    """The list of outcomes; raises pydantic's ValidationError when it is malformed."""
    return Expected.model_validate_json(EXPECTED.read_text(encoding="utf-8"))
