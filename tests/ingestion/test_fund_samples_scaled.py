"""The scaled fund workbook: as large as asked for, all rows valid but the stated share, the same bytes every time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ingestion.extract import Extract
from ingestion.inbox import scan
from ingestion.read import FeedDefaults, read_file
from ingestion.samples import write_scaled_fund_workbook


def read(folder: Path, name: str) -> Extract:
    found = {file.name: file for file in scan(folder, settle_seconds=0).files}
    return read_file(found[name], loaded_at=dt.datetime(2025, 6, 1), defaults=FeedDefaults())[1]


def test_a_scaled_fund_workbook_has_the_cells_asked_for_and_only_the_stated_share_of_bad_rows(tmp_path: Path) -> None:
    write_scaled_fund_workbook(tmp_path / "clean.xlsx", cells=50_000, bad_share=0)
    write_scaled_fund_workbook(tmp_path / "bad.xlsx", cells=50_000, bad_share=0.01)
    clean, bad = read(tmp_path, "clean.xlsx"), read(tmp_path, "bad.xlsx")
    # whole copies of a house of some 17,000 cells
    assert clean.cells_in_file == pytest.approx(50_000, abs=10_000)
    assert clean.rejected == ()
    rows = sum(count.rows_staged for count in clean.row_counts)
    assert {row.reason_code for row in bad.rejected} == {"BAD_TYPE"}
    assert sum(count.rows_quarantined for count in bad.row_counts) == len(bad.rejected) == int(rows * 0.01)
    assert sum(count.rows_staged for count in bad.row_counts) == rows - int(rows * 0.01)


def test_the_same_size_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write_scaled_fund_workbook(tmp_path / f"{n}.xlsx", cells=1) for n in range(2))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "expected"), [({"cells": 0}, "cells"), ({"cells": 1, "bad_share": 1.0}, "bad_share")]
)
def test_sizes_and_shares_that_cannot_be_met_are_refused(
    tmp_path: Path, arguments: dict[str, float], expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        write_scaled_fund_workbook(tmp_path / "x.xlsx", **arguments)  # type: ignore[arg-type]
