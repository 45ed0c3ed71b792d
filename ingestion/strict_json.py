"""Parses JSON strictly and exactly: no key twice, no NaN, numbers as the text they stand in. Shapes do not belong here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def strict_json(text: str) -> Any:
    """The document of `text`; numbers stay the text they stand in, so that no digit is lost. Raises ValueError."""

    def unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
        document = dict(pairs)
        if len(document) < len(pairs):
            keys = [key for key, _ in pairs]
            raise ValueError(f"key {max(keys, key=keys.count)!r} twice in one object")
        return document

    def no_constant(word: str) -> Any:
        raise ValueError(f"{word}, which is no JSON number")

    return json.loads(text, parse_float=str, parse_int=str, parse_constant=no_constant, object_pairs_hook=unique)


def json_depth(document: Any) -> int:
    """How many objects and arrays stand inside each other at most."""
    depth, level = 0, [document]
    while containers := [value for value in level if isinstance(value, dict | list)]:
        depth += 1
        level = [child for value in containers for child in (value.values() if isinstance(value, dict) else value)]
    return depth
