"""Columns as tables give them: nulls of every kind of container become the one unknown that calculations know."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from calculations.clo.columns import as_day, as_flag, as_float, as_text, named


def test_nulls_in_numbers_are_nan_whatever_holds_them() -> None:
    masked = np.ma.MaskedArray([1.5, 9.0], mask=[False, True])
    for column in ([1.5, None], masked, pa.chunked_array([[1.5], [None]]), np.array([1.5, None], dtype=object)):
        found = as_float(column)
        assert (found[0], np.isnan(found[1])) == (1.5, True)


def test_nulls_in_text_are_blank_whatever_holds_them() -> None:
    masked = np.ma.MaskedArray(np.array([" B1 ", "x"], dtype=object), mask=[False, True])
    for column in ([" B1 ", None], masked, pa.array([" B1 ", None]), ["B1", float("nan")]):
        assert as_text(column).tolist() == ["B1", ""]


def test_flags_read_yes_and_no_in_any_case_and_a_blank_as_no() -> None:
    texts = ["Yes", " YES ", True, "1", "no", "", None, np.False_]
    assert as_flag(texts).tolist() == [True] * 4 + [False] * 4


def test_nulls_of_a_data_frame_are_unknown() -> None:
    frame = pd.DataFrame(
        {
            "flag": pd.array([True, None], dtype="boolean"),
            "count": pd.array([4, None], dtype="Int32"),
            "day": pd.Series([pd.Timestamp(2016, 3, 23), pd.NaT]),
            "name": pd.array(["x", None], dtype="string"),
        }
    )
    objects = {name: frame[name].to_numpy(dtype=object) for name in frame}
    assert as_flag(objects["flag"]).tolist() == [True, False]
    assert as_text(objects["name"]).tolist() == ["x", ""]
    assert as_float(objects["count"])[0] == 4.0
    assert np.isnan(as_float(objects["count"])[1])
    assert as_day(objects["day"])[0] == np.datetime64("2016-03-23")
    assert np.isnat(as_day(objects["day"])[1])


def test_a_flag_in_other_words_is_refused() -> None:
    with pytest.raises(ValueError, match="found 'PERHAPS'"):
        as_flag(["perhaps"])


def test_days_come_from_dates_and_texts() -> None:
    found = as_day([dt.date(2016, 3, 23), None, "2016-03-24T00:00:00"])
    assert np.isnat(found).tolist() == [False, True, False]
    assert found[[0, 2]].tolist() == [dt.date(2016, 3, 23), dt.date(2016, 3, 24)]


def test_a_message_names_five_ids_and_counts_the_rest() -> None:
    ids = np.array(["c", "a", "b", "e", "d", "g", "f"])
    assert named(ids, np.ones(7, dtype=bool)) == "a, b, c, d, e and 2 more"
