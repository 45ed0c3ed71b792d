"""The hash of what is approved, so that an approval holds for that content and no other. Which fields a subject has does not
belong here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def content_hash(subject_type: str, subject_id: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 in hex of a subject's fields: texts, whole numbers, Decimals, flags, days, instants, lists and mappings of them.

    The same whatever the order of keys, the trailing zeros of a number, the zone in which an instant is written and the
    Unicode form of a text; different for a text and a day that look alike, and for another subject with the same fields.
    A field that is None differs from one that is absent. The order of a list counts: sort the notices of a call by id
    first. Raises TypeError for floats, which cannot say what was booked, ValueError for an instant without a zone.
    Source: input-contracts 5.8; nav 6.
    """
    content = [subject_type, subject_id, _canonical("fields", fields)]
    return hashlib.sha256(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _canonical(path: str, value: Any) -> Any:
    """JSON in which each value carries its type; a mapping becomes sorted pairs."""
    match value:
        case None | bool():
            return value
        case str():
            return ["text", unicodedata.normalize("NFC", value)]
        case int() | Decimal():
            if isinstance(value, Decimal) and not value.is_finite():
                raise ValueError(f"{path}: expected a finite number, found {value}")
            numerator, denominator = value.as_integer_ratio()
            return ["number", f"{numerator}/{denominator}"]
        case dt.datetime():
            if value.tzinfo is None:
                raise ValueError(f"{path}: expected an instant with its zone, found {value}")
            return ["instant", value.astimezone(dt.UTC).isoformat()]
        case dt.date():
            return ["day", value.isoformat()]
        case Mapping():
            pairs = sorted((str(key), _canonical(f"{path}.{key}", item)) for key, item in value.items())
            return ["fields", [list(pair) for pair in pairs]]
        case Sequence():
            return ["list", [_canonical(f"{path}[{place}]", item) for place, item in enumerate(value)]]
        case _:
            raise TypeError(f"{path}: expected text, number, flag, day, instant, list or mapping, found {value!r}")
