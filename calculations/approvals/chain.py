"""The seal of one row of an append-only log over the row before it. What the rows say, and where they are kept, do not belong here.

The seal takes the key of the house: whoever can write to the table, but does not hold the key, can neither change a row, nor leave
one out, nor add one. Source: nav 6; input-contracts 2.3 (audit chain).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from calculations.approvals.content import content_hash

FIRST = "0" * 64  # what the first row follows on


def seal(key: bytes, previous: str, log: str, number: int, fields: Mapping[str, Any]) -> str:
    """HMAC-SHA-256 in hex of row `number` (from 1) of `log`, which follows on the row sealed as `previous`.

    `fields` as calculations.approvals.content takes them. Raises ValueError for an empty key.
    """
    if not key:
        raise ValueError("expected the key of the log, found none")
    content = f"{previous}|{content_hash(log, str(number), fields)}"
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()
