"""To which feed a file belongs, and every declaration that is refused. Source: input-contracts 1.1."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import FileRejected
from ingestion.feeds import Feed, FeedDefaults, declare, resolve_feed
from ingestion.inbox import InboxFile
from ingestion.kinds import kinds

LOADED_AT = dt.datetime(2026, 3, 2, 23, 30)


def file_of(
    *folders: str, sidecar: Mapping[str, str] | None = None, is_backload: bool = False, **more: Any
) -> InboxFile:
    return InboxFile(
        path=Path("f.csv"),
        name="f.csv",
        size=1,
        modified_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        sha256="0" * 64,
        folders=folders,
        sidecar=sidecar or {},
        is_backload=is_backload,
        **more,
    )


def feed_of(
    file: InboxFile,
    sheet: list[list[Any]] | None = None,
    kind: str = "fund_workbook",
    loaded_at: dt.datetime = LOADED_AT,
) -> Feed:
    defaults = FeedDefaults(organization_id="house", organization_name="House Capital")
    return resolve_feed(declare(file, sheet), kinds()[kind], defaults=defaults, loaded_at=loaded_at)


def refusal(file: InboxFile, sheet: list[list[Any]] | None = None, **more: Any) -> str:
    with pytest.raises(FileRejected) as caught:
        feed_of(file, sheet, **more)
    assert caught.value.code == "BAD_FEED"
    assert caught.value.advice
    return caught.value.message


# --- who wins ---


def test_nothing_declared_is_the_house_feed_main_as_of_the_day_it_was_loaded() -> None:
    assert feed_of(file_of()) == Feed(
        organization_id="house",
        organization_name="House Capital",
        kind="fund_workbook",
        feed_name="main",
        as_of=dt.date(2026, 3, 2),
        mode="full",
        sent_at=None,
        confirm_deletions=False,
        contract_version=1,
        is_backload=False,
        as_of_basis="known_at",
    )


def test_the_day_of_known_at_is_counted_in_utc() -> None:
    new_york = dt.timezone(dt.timedelta(hours=-5))
    assert feed_of(file_of(), loaded_at=dt.datetime(2026, 3, 2, 23, 30, tzinfo=new_york)).as_of == dt.date(2026, 3, 3)


@pytest.mark.parametrize("kind", ["price_feed", "fx_feed", "rate_index", "index_levels", "holidays"])
def test_market_data_is_shared_and_a_delta_unless_declared_otherwise(kind: str) -> None:
    assert (feed_of(file_of(), kind=kind).organization_id, feed_of(file_of(), kind=kind).mode) == ("_shared", "delta")
    assert feed_of(file_of("acme"), kind=kind).organization_id == "acme"
    assert feed_of(file_of(sidecar={"organization_id": "acme"}), kind=kind).organization_id == "acme"


def test_sheet_wins_over_sidecar_over_folder_over_defaults_field_by_field() -> None:
    file = file_of("acme", "folder-feed", sidecar={"feed_name": "sidecar-feed", "as_of": "2024-03-31"})
    feed = feed_of(file, [["mode", "delta"]])
    assert (feed.organization_id, feed.feed_name, feed.as_of, feed.mode) == (
        "acme",
        "sidecar-feed",
        dt.date(2024, 3, 31),
        "delta",
    )
    assert feed.as_of_basis == "declared"
    assert feed_of(file_of("acme", "folder-feed")).feed_name == "folder-feed"


def test_a_sheet_may_hold_typed_cells_blank_rows_comments_and_keys_in_any_spelling() -> None:
    sheet: list[list[Any]] = [
        ["# who sends this", None],
        [None, None],
        ["Organization ID", "acme"],
        ["AS_OF", dt.datetime(2024, 3, 31)],
        ["sent at", dt.datetime(2024, 4, 2, 9, 30)],
        ["contract version", 1.0],
        ["confirm-deletions", True],
        ["feed name", ""],
    ]
    feed = feed_of(file_of(), sheet)
    assert feed.organization_id == feed.organization_name == "acme"
    assert (feed.as_of, feed.sent_at) == (dt.date(2024, 3, 31), dt.datetime(2024, 4, 2, 9, 30))
    assert (feed.contract_version, feed.confirm_deletions, feed.feed_name) == (1, True, "main")


def test_sheet_and_sidecar_may_say_the_same_in_different_words() -> None:
    file = file_of(sidecar={"confirm_deletions": "yes", "as_of": "2024-03-31"})
    assert feed_of(file, [["confirm_deletions", True], ["as_of", dt.date(2024, 3, 31)]]).confirm_deletions


def test_an_instant_is_kept_in_utc() -> None:
    assert feed_of(file_of(sidecar={"sent_at": "2024-04-02T09:30:00+02:00"})).sent_at == dt.datetime(2024, 4, 2, 7, 30)


# --- what is refused ---


def test_sheet_and_sidecar_that_disagree_are_refused() -> None:
    message = refusal(file_of(sidecar={"feed_name": "a"}), [["feed_name", "b"]])
    assert message == "f.csv: sheet Feed and sidecar must agree on feed_name, found b and a (BAD_FEED)"


def test_an_organisation_that_disagrees_with_the_folder_is_refused() -> None:
    assert "must be that of its folder, 'acme', found 'other'" in refusal(
        file_of("acme", sidecar={"organization_id": "other"})
    )


def test_a_sidecar_without_its_file_is_refused() -> None:
    assert "found none" in refusal(file_of(is_orphan_sidecar=True))


def test_a_sidecar_that_cannot_be_read_is_refused() -> None:
    assert "key 'a' stands in it twice" in refusal(file_of(sidecar_error="key 'a' stands in it twice"))


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("owner", "x", "found 'owner'"),
        ("organization_id", "Acme Capital", "found 'Acme Capital'"),
        ("organization_id", "_private", "found '_private'"),
        ("organization_id", "backload", "found 'backload'"),
        ("organization_id", "a" * 64, "1 to 63"),
        ("feed_name", "_main", "does not begin with _"),
        ("feed_name", "backload", "is not backload"),
        ("feed_name", "fund iii", "found 'fund iii'"),
        ("kind", "ledger_abacus", "found 'ledger_abacus'"),
        ("mode", "partial", "full or delta"),
        ("as_of", "31/03/2024", "YYYY-MM-DD"),
        ("as_of", "2024-02-30", "YYYY-MM-DD"),
        ("sent_at", "yesterday", "found 'yesterday'"),
        ("sent_at", "2024-04-02T09:30:00", "found '2024-04-02T09:30:00'"),
        ("confirm_deletions", "perhaps", "TRUE or FALSE"),
        ("contract_version", "2", "found '2'"),
    ],
)
def test_unknown_keys_reserved_names_and_values_of_the_wrong_form_are_refused(key: str, value: str, found: str) -> None:
    assert found in refusal(file_of(sidecar={key: value}))
    assert found in refusal(file_of(), [[key, value]])


@pytest.mark.parametrize("folders", [("_private",), ("Acme",), ("acme", "_feed"), ("acme", "a", "b")])
def test_folders_with_reserved_names_other_letters_or_a_third_level_are_refused(folders: tuple[str, ...]) -> None:
    refusal(file_of(*folders))


def test_a_key_twice_or_a_third_column_in_the_sheet_is_refused() -> None:
    assert "found it twice" in refusal(file_of(), [["mode", "full"], ["Mode", "full"]])
    assert "columns A and B" in refusal(file_of(), [["mode", "full", "x"]])


# --- back-loading ---


def test_a_back_loaded_file_must_say_when_it_was_sent_and_not_after_it_was_loaded() -> None:
    assert "must declare sent_at" in refusal(file_of(is_backload=True))
    after = {"sent_at": "2026-03-02T23:30:01Z"}
    assert "found 2026-03-02T23:30:01Z" in refusal(file_of(is_backload=True, sidecar=after))
    assert feed_of(file_of(is_backload=True, sidecar={"sent_at": "2026-03-02T23:30:00Z"})).is_backload


def test_a_back_loaded_file_is_as_of_the_day_it_was_sent_and_another_as_of_the_day_it_was_loaded() -> None:
    sent = {"sent_at": "2019-07-04T10:00:00Z"}
    assert feed_of(file_of(is_backload=True, sidecar=sent)).as_of == dt.date(2019, 7, 4)
    assert feed_of(file_of(sidecar=sent)).as_of == dt.date(2026, 3, 2)
