"""Deal files as they are written: YAML with exact numbers, one file extending another, quirks that rewrite keys.

What the keys mean does not belong here.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from calculations import exact_yaml
from calculations.clo.deal.problems import DealError, Problem
from calculations.clo.presets import Preset

Document = dict[str, Any]


def parse(text: str, file: str) -> Document:
    """The mapping that `text` holds. Raises DealError where it is not YAML, not a mapping, or repeats a key."""
    try:
        # What is parsed may be changed by who asked for it, so each asker has a copy.
        found = copy.deepcopy(_parsed(text))
    except yaml.YAMLError as error:
        raise DealError(file, [Problem("NOT_YAML", "file", " ".join(str(error).split()), "YAML")]) from error
    if not isinstance(found, dict):
        raise DealError(file, [Problem("NOT_YAML", "file", type(found).__name__, "keys with values")])
    return found


@lru_cache(maxsize=64)
def _parsed(text: str) -> Any:
    """What `text` holds, parsed once: every date and scenario of a deal reads its files, and parsing is what costs."""
    return exact_yaml.parse(text)


def read(path: Path) -> Document:
    """The document of a file, with what it extends beneath it and its lists, where another file holds them."""
    document = parse(path.read_text(encoding="utf-8"), path.name)
    if (base := document.pop("extends", None)) is not None:
        document = merged(read(_beside(path, base, "extends")), document)
    if isinstance(document.get("lists"), str):
        document["lists"] = parse(_beside(path, document["lists"], "lists").read_text(encoding="utf-8"), path.name)
    return document


def _beside(path: Path, name: Any, key: str) -> Path:
    other = path.parent / str(name)
    if not other.is_file():
        raise DealError(path.name, [Problem("FILE_UNKNOWN", key, repr(name), "the name of a file beside this one")])
    return other


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Document:
    """`over` laid upon `base`: mappings key by key, everything else replaced."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = merged(below, value) if both else value  # type: ignore[arg-type]
    return result


def with_quirks(document: Document, preset: Preset, file: str) -> Document:
    """The document as the preset's quirks that it names rewrite it: `quirks: {id: {path.of.keys: value}}`.

    Raises DealError for a path that leads nowhere: a quirk that changes nothing would pass unnoticed.
    Source: clo-extensions 2.1.
    """
    result = {key: value for key, value in document.items() if key != "quirks"}
    acting = {name: changes for name, changes in (document.get("quirks") or {}).items() if name in preset}
    if acting:
        result = copy.deepcopy(result)
    for quirk_id, changes in acting.items():
        for path, value in changes.items():
            _set(result, str(path), value, f"quirks.{quirk_id}", file)
    return result


@dataclass(frozen=True)
class AssumedTerm:
    """A figure that neither the documents nor the inputs of a run give, by its key, with the reason for its value."""

    key: str
    value: str
    reason: str


def with_assumed(document: Document, file: str) -> tuple[Document, tuple[AssumedTerm, ...]]:
    """The document with the figures under `assumed` where it has none: `assumed: {path.of.keys: {value, reason}}`.

    Returns those that were taken too. Raises DealError for an entry without value or reason, or a path to nowhere.
    """
    result = {key: value for key, value in document.items() if key != "assumed"}
    if document.get("assumed"):
        result = copy.deepcopy(result)
    taken = []
    for path, terms in (document.get("assumed") or {}).items():
        if not isinstance(terms, Mapping) or set(terms) != {"value", "reason"}:
            raise DealError(file, [Problem("ASSUMED_TERM", f"assumed.{path}", repr(terms), "a value and a reason")])
        at: Any = result
        for part in str(path).split("."):
            at = at.get(part) if isinstance(at, dict) else None
        if at is None:
            _set(result, str(path), terms["value"], f"assumed.{path}", file)
            taken.append(AssumedTerm(str(path), str(terms["value"]), str(terms["reason"])))
    return result, tuple(taken)


def _set(document: Document, path: str, value: Any, key: str, file: str) -> None:
    *parents, last = path.split(".")
    at: Any = document
    for parent in parents:
        at = at.get(parent) if isinstance(at, dict) else None
    if not isinstance(at, dict):
        raise DealError(file, [Problem("QUIRK_PATH", key, path, "a path of keys that this file has")])
    if value is None:
        at.pop(last, None)
    else:
        at[last] = value
