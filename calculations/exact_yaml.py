"""YAML with exact numbers and no key twice, and files of policy that are read again once they change. What keys mean does not
belong here.
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

_MERGE = "tag:yaml.org,2002:merge"

Model = TypeVar("Model", bound=BaseModel)


class Terms(BaseModel):
    """Base of what a policy file holds: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Loader(yaml.SafeLoader):
    """Numbers with a point become Decimal, because an amount must never have been a float; no key may stand twice."""


def _decimal(loader: yaml.SafeLoader, node: yaml.Node) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)).replace("_", ""))  # type: ignore[arg-type]


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[str, Any]:
    # Before merging: what a mapping states may replace what it merges, and nothing that it states itself.
    stated = [(loader.construct_object(key, deep=True), key) for key, _ in node.value if key.tag != _MERGE]
    seen = set()
    for name, key in stated:
        if not isinstance(name, Hashable):
            raise yaml.YAMLError(f"line {key.start_mark.line + 1}: a key is one value, found {name!r}")
        if name in seen:
            raise yaml.YAMLError(f"line {key.start_mark.line + 1}: key {name!r} stands twice")
        seen.add(name)
    loader.flatten_mapping(node)
    return {
        loader.construct_object(key, deep=True): loader.construct_object(value, deep=True) for key, value in node.value
    }


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(text: str) -> Any:
    """What `text` holds. Raises yaml.YAMLError where it is not YAML or repeats a key."""
    return yaml.load(text, Loader=_Loader)


def read_policy(path: Path, model: type[Model]) -> Model:
    """The policy that a file holds now: a changed file counts from its next use on, with no restart.

    The file is read each time, since a change within the clock's tick would leave its time as it was; parsing is what
    costs, and is done once per content. Raises ValueError, naming the file, the key, what was expected and what was
    found; a file that became wrong is never replaced by what it said before.
    """
    return _validated(path.read_bytes(), path.name, model)  # type: ignore[return-value]


@lru_cache(maxsize=64)
def _validated(content: bytes, file: str, model: type[BaseModel]) -> BaseModel:
    try:
        return model.model_validate(parse(content.decode("utf-8")))
    except yaml.YAMLError as error:
        raise ValueError(f"{file}: expected YAML, {' '.join(str(error).split())}") from error
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}, found {e['input']!r}" for e in error.errors())
        raise ValueError(f"{file}: " + "; ".join(faults)) from error
