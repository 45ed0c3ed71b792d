"""What a layout of a ledger export is: the kind it belongs to, how its text is told, how it is read. Layouts themselves do not belong here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingestion.extract import Extract, FileRejected


@dataclass(frozen=True)
class LedgerSource:
    """The text of one export, and what its sender declares of it because the layout may leave it out.

    `entity` is the company whose ledger it is, `currency` (ISO 4217) that of its amounts, `date_order` one of MDY, DMY, YMD,
    `decimal_mark` comma or point, `ledger` the one of several ledgers of a company that is its journal.
    """

    name: str
    text: str
    entity: str | None = None
    currency: str | None = None
    date_order: str | None = None
    decimal_mark: str | None = None
    ledger: str | None = None

    def declared_entity(self) -> str:
        """The company declared, for layouts that name none; else FileRejected MISSING_VALUE."""
        if self.entity is None:
            raise FileRejected(
                "MISSING_VALUE",
                f"{self.name}: expected the company whose ledger this is, which the file does not say: declare it as "
                f"`entity: <name>` in the sidecar {self.name}.feed.yaml, found none (MISSING_VALUE)",
            )
        return self.entity


@dataclass(frozen=True)
class LedgerLayout:
    """One layout. `recognises` tells a text of it among those of its kind; `read` returns everything of it or raises
    FileRejected. `encodings` are those that it may come in besides UTF-8: cp1252, utf-16."""

    name: str
    kind: str
    recognises: Callable[[str], bool]
    read: Callable[[LedgerSource], Extract]
    encodings: tuple[str, ...] = ()
