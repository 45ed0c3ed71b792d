"""Which tests run where and when: what shares a costly fixture in one process, and the longest first."""

from __future__ import annotations

import pytest

TOGETHER = ("tests/dbt_project/",)  # folders whose files share a warehouse that takes long to build


def _place(item: pytest.Item) -> str:
    file = item.nodeid.partition("::")[0]
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


@pytest.hookimpl(tryfirst=True)  # before groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_place(item)))
    slow = {_place(item) for item in items if item.get_closest_marker("slow")}
    # Whole graphs begin at once, so that no process ends with one of them while the others are idle.
    items.sort(key=lambda item: _place(item) not in slow)
