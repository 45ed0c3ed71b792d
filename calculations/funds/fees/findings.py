"""What a rule found wrong with an entry, a closing or a transfer. The rules themselves stand with what they judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """A broken rule at the entity it concerns: `critical` forbids, `warning` wants a comment, `info` is on record.

    Source: input-contracts 2.2.
    """

    rule_code: str
    severity: Severity
    entity_id: str
    message: str
