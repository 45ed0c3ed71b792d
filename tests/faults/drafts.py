"""What a fault changes: a file on its way into an inbox, and the list of the faults. The faults themselves stand beside it, by family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

WORKBOOK, CSV, JSON, XML, TEXT = "workbook", "csv", "json", "xml", "text"
FORMS = (WORKBOOK, CSV, JSON, XML, TEXT)


@dataclass(frozen=True)
class Draft:
    """A file before it is delivered; `name` is below its organisation's folder."""

    form: str
    name: str
    data: bytes = field(repr=False)
    sidecar: bytes | None = None


Change = Callable[[Random, Draft], Draft]


@dataclass(frozen=True)
class Fault:
    family: str
    name: str
    forms: tuple[str, ...]
    change: Change


FAULTS: dict[str, Fault] = {}


def fault(family: str, *forms: str) -> Callable[[Change], Change]:
    """Register a change under the name of its function; it spoils files of `forms`, of every form where none is named."""

    def registered(change: Change) -> Change:
        name = change.__name__
        if name in FAULTS:
            raise ValueError(f"expected one fault of each name, found {name} twice")
        FAULTS[name] = Fault(family, name, forms or FORMS, change)
        return change

    return registered
