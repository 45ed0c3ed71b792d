"""How tests run: in which order, files of whole graphs first so that no process ends with one of them while the others are
idle, and at which pace Python looks for garbage. What tests share belongs to `sharing`.
"""

from __future__ import annotations

import gc

import pytest

# Thousands of tests stay in memory to the end, with what they import: at Python's own pace a sixth of the time would go into
# looking through them for garbage.
gc.set_threshold(50_000, 10, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
