"""YAML with exact numbers: what is read as written, and what is refused. Rule: amounts were never floats (design 5)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from calculations.exact_yaml import Terms, parse, read_policy


class Limit(Terms):
    limit: Decimal


def test_a_number_with_a_point_is_exact() -> None:
    assert parse("a: 0.1\nb: 1_000.25\nc: 3") == {"a": Decimal("0.1"), "b": Decimal("1000.25"), "c": 3}


def test_a_key_stands_once_but_may_replace_what_it_merges() -> None:
    with pytest.raises(yaml.YAMLError, match="line 2: key 'a' stands twice"):
        parse("a: 1\na: 2")
    with pytest.raises(yaml.YAMLError, match=r"line 1: a key is one value, found \['a'\]"):
        parse("[a]: 1")
    assert parse("x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}")["y"] == {"a": 3, "b": 2}


def test_a_policy_is_read_again_once_its_file_changed_and_refused_by_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    for text, expected in (("limit: 1", 1), ("limit: 2", 2), ("limit: 1", 1)):
        path.write_text(text, encoding="utf-8")
        assert read_policy(path, Limit).limit == expected
    for text, message in (
        ("limit: many", r"house\.yaml: limit: .*found 'many'"),
        ("limit: 1\nlimits: 2", r"house\.yaml: limits: .*found 2"),
        ("limit: [", r"house\.yaml: expected YAML"),
        ("- 1", r"house\.yaml: file: "),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            read_policy(path, Limit)
