"""What the inbox lists, what it leaves for later, and what folders and sidecars say. Source: input-contracts 1.1."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from ingestion import inbox
from ingestion.inbox import Scan, scan

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


def put(folder: Path, name: str, content: bytes | str = "a,b\n1,2\n", seconds_old: float = 3600) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    modified = NOW.timestamp() - seconds_old
    os.utime(path, (modified, modified))
    return path


def names(found: Scan) -> list[str]:
    return [file.name for file in found.files]


def test_a_file_is_listed_with_its_name_below_the_inbox_size_time_and_hash(tmp_path: Path) -> None:
    put(tmp_path, "acme/main/rates.csv", b"x" * 3_000_000)
    (file,) = scan(tmp_path, now=NOW).files
    assert file.name == "acme/main/rates.csv"
    assert file.size == 3_000_000
    assert file.modified_at == NOW - dt.timedelta(hours=1)
    assert file.sha256 == hashlib.sha256(b"x" * 3_000_000).hexdigest()


def test_an_inbox_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert scan(tmp_path / "nowhere", now=NOW) == Scan((), ())


@pytest.mark.parametrize("name", [".DS_Store", "acme/.hidden.csv", ".git/config", "~$book.xlsx"])
def test_hidden_files_hidden_folders_and_lock_files_are_nobodys_data(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert scan(tmp_path, now=NOW) == Scan((), ())


@pytest.mark.parametrize(
    ("name", "organization_id", "feed_name", "is_backload"),
    [
        ("a.csv", None, None, False),
        ("acme/a.csv", "acme", None, False),
        ("acme/mag-17/a.csv", "acme", "mag-17", False),
        ("_shared/a.csv", "_shared", None, False),
        ("backload/a.csv", None, None, True),
        ("backload/acme/mag-17/a.csv", "acme", "mag-17", True),
    ],
)
def test_folders_name_organisation_and_feed_and_mark_back_loading(
    tmp_path: Path, name: str, organization_id: str | None, feed_name: str | None, is_backload: bool
) -> None:
    put(tmp_path, name)
    (file,) = scan(tmp_path, now=NOW).files
    assert (file.organization_id, file.feed_name, file.is_backload) == (organization_id, feed_name, is_backload)


# --- sidecars ---


def test_a_sidecar_belongs_to_its_file_and_its_values_stay_text(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    sidecar = put(tmp_path, "a.csv.feed.yaml", "feed_name: fund-iii\nas_of: 2024-03-31\nconfirm_deletions: yes\n")
    (file,) = scan(tmp_path, now=NOW).files
    assert file.name == "a.csv"
    assert dict(file.sidecar) == {"feed_name": "fund-iii", "as_of": "2024-03-31", "confirm_deletions": "yes"}
    assert file.sidecar_sha256 == hashlib.sha256(sidecar.read_bytes()).hexdigest()


def test_a_sidecar_without_its_file_is_listed_so_that_it_is_reported(tmp_path: Path) -> None:
    put(tmp_path, "gone.csv.feed.yaml", "feed_name: x\n")
    (file,) = scan(tmp_path, now=NOW).files
    assert file.is_orphan_sidecar
    assert file.name == "gone.csv.feed.yaml"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("- a\n- b\n", "key: value"),
        ("a: 1\na: 2\n", "twice"),
        ("a: [1, 2]\n", "line 1"),
        ("a: 'x\n", "cannot be read"),
        (b"a: \xff\n", "cannot be read"),
        ("a: " + "x" * 70_000, "longer"),
    ],
)
def test_a_broken_sidecar_is_kept_as_an_error_of_its_file(tmp_path: Path, text: str | bytes, what: str) -> None:
    put(tmp_path, "a.csv")
    put(tmp_path, "a.csv.feed.yaml", text)
    (file,) = scan(tmp_path, now=NOW).files
    assert file.sidecar_error is not None
    assert what in file.sidecar_error


# --- still being written ---


@pytest.mark.parametrize(("seconds_old", "is_waiting"), [(0.5, True), (1.9, True), (2.0, False), (60, False)])
def test_a_file_waits_until_it_has_not_changed_for_two_seconds(
    tmp_path: Path, seconds_old: float, is_waiting: bool
) -> None:
    put(tmp_path, "a.csv", seconds_old=seconds_old)
    found = scan(tmp_path, now=NOW)
    assert ([w.name for w in found.waiting], names(found)) == ((["a.csv"], []) if is_waiting else ([], ["a.csv"]))


def test_a_file_waits_for_its_sidecar_to_settle(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    put(tmp_path, "a.csv.feed.yaml", "feed_name: x\n", seconds_old=1)
    (waiting,) = scan(tmp_path, now=NOW).waiting
    assert waiting.code == "FILE_GROWING"
    assert "a.csv.feed.yaml was modified 1.0 s ago" in waiting.message


def test_nothing_waits_for_its_time_when_settling_is_switched_off(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", seconds_old=0)
    assert names(scan(tmp_path, settle_seconds=0, now=NOW)) == ["a.csv"]


def test_a_time_in_the_future_is_a_different_clock_and_no_change_of_a_moment_ago(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", seconds_old=-86_400)
    assert names(scan(tmp_path, now=NOW)) == ["a.csv"]


def archive(path: Path) -> bytes:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>" * 200)
    return path.read_bytes()


def test_a_zip_without_its_directory_waits_ten_minutes_and_is_then_read_as_it_is(tmp_path: Path) -> None:
    whole = archive(tmp_path / "whole.zip")
    folder = tmp_path / "inbox"
    put(folder, "whole.xlsx", whole, seconds_old=5)
    put(folder, "young.xlsx", whole[:-40], seconds_old=599)
    put(folder, "old.xlsx", whole[:-40], seconds_old=601)
    found = scan(folder, now=NOW)
    assert names(found) == ["old.xlsx", "whole.xlsx"]
    assert [w.name for w in found.waiting] == ["young.xlsx"]
    assert "zip archive without its directory" in found.waiting[0].message


@pytest.mark.parametrize(
    ("xml", "is_whole"),
    [
        ("<a><b/></a>\n", True),
        ("\n<?xml version='1.0'?><a><b/></a>", True),
        ("<x:a xmlns:x='u'><b/></x:a><!-- end -->", True),
        ("<a/>", True),
        ("<a><b></b>", False),
        ("<a><b/></a", False),
    ],
)
def test_an_xml_waits_until_its_root_is_closed(tmp_path: Path, xml: str, is_whole: bool) -> None:
    put(tmp_path, "a.xml", xml, seconds_old=60)
    assert bool(scan(tmp_path, now=NOW).files) is is_whole


def test_a_file_that_changes_while_it_is_read_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "a.csv")
    hash_of = inbox._sha256

    def hash_and_append(file: Path) -> str:
        digest = hash_of(file)
        path.write_bytes(path.read_bytes() + b"3,4\n")
        return digest

    monkeypatch.setattr(inbox, "_sha256", hash_and_append)
    found = scan(tmp_path, now=NOW)
    assert found.files == ()
    assert "changed while it was read" in found.waiting[0].message


# --- the fingerprint ---


def test_the_fingerprint_changes_with_names_contents_and_sidecars_only(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    first = scan(tmp_path, now=NOW).fingerprint
    put(tmp_path, "a.csv", seconds_old=30)
    assert scan(tmp_path, now=NOW).fingerprint == first
    put(tmp_path, "a.csv.feed.yaml", "feed_name: x\n")
    with_sidecar = scan(tmp_path, now=NOW).fingerprint
    put(tmp_path, "a.csv", "other")
    with_other_content = scan(tmp_path, now=NOW).fingerprint
    put(tmp_path, "b.csv")
    assert len({first, with_sidecar, with_other_content, scan(tmp_path, now=NOW).fingerprint}) == 4
