"""Sealed files: what was sealed comes back, and anything else than what was sealed is refused."""

from __future__ import annotations

import io
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.backup import sealing
from orchestration.backup.errors import BrokenBackup, WrongKey
from orchestration.backup.sealing import CHUNK, BackupKey, OpeningReader, SealingWriter

SECRET = bytes(range(32))
KEY = BackupKey(SECRET)
PURPOSE = "warehouse/one/warehouse.duckdb"
SMALL = 64


@pytest.fixture(autouse=True, scope="module")
def small_chunks():
    """Chunks of a few bytes, so that small contents have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "CHUNK", SMALL)
        yield


def sealed(content: bytes, pieces: int = 1, purpose: str = PURPOSE) -> bytes:
    sink = io.BytesIO()
    writer = SealingWriter(sink, KEY, purpose)
    size = max(1, -(-len(content) // pieces))
    for start in range(0, len(content), size):
        writer.write(content[start : start + size])
    writer.close()
    return sink.getvalue()


def opened(content: bytes, key: BackupKey = KEY, purpose: str = PURPOSE) -> bytes:
    return io.BufferedReader(OpeningReader(io.BytesIO(content), key, purpose, "file")).read()


@given(st.binary(max_size=5 * SMALL), st.integers(1, 7))
def test_what_was_sealed_comes_back_however_it_was_written(content: bytes, pieces: int) -> None:
    assert opened(sealed(content, pieces)) == content


@given(st.binary(max_size=3 * SMALL), st.data())
def test_a_changed_byte_anywhere_is_found(content: bytes, data: st.DataObject) -> None:
    changed = bytearray(sealed(content))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((BrokenBackup, WrongKey)):
        opened(bytes(changed))


@given(st.binary(max_size=3 * SMALL), st.data())
def test_a_file_cut_short_anywhere_is_found(content: bytes, data: st.DataObject) -> None:
    whole = sealed(content)
    with pytest.raises(BrokenBackup):
        opened(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_chunks_that_change_places_are_found() -> None:
    whole = sealed(b"a" * SMALL + b"b" * SMALL + b"c")
    header, record = 50, 5 + SMALL + 16  # magic 10, key id 8, salt 32; flag and length, text, tag
    first, second = whole[header : header + record], whole[header + record : header + 2 * record]
    with pytest.raises(BrokenBackup, match="chunk 0"):
        opened(whole[:header] + second + first + whole[header + 2 * record :])


def test_a_file_in_the_place_of_another_is_found() -> None:
    with pytest.raises(BrokenBackup, match="not the one of this name"):
        opened(sealed(b"rows", purpose="shipped/life/1"), purpose="shipped/life/2")


def test_another_key_is_refused_before_anything_is_read() -> None:
    with pytest.raises(WrongKey, match="give the right one"):
        OpeningReader(io.BytesIO(sealed(b"rows")), BackupKey(bytes(32)), PURPOSE, "file")


def test_two_files_of_one_content_share_no_chunk() -> None:
    one, other = sealed(b"the same" * 9), sealed(b"the same" * 9)
    assert one[18:] != other[18:]
    assert one[60:] not in other


def test_a_key_shows_neither_itself_nor_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SECRET.hex() not in repr(KEY)
    assert SECRET.hex() not in KEY.key_id
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
    monkeypatch.setenv("WEIR_BACKUP_KEY", "a pass phrase")
    with pytest.raises(WrongKey) as refused:
        BackupKey.configured(None)
    assert "a pass phrase" not in str(refused.value)
    assert "64 hexadecimal digits" in str(refused.value)


def test_a_chunk_is_a_mebibyte() -> None:
    assert CHUNK == 1_048_576
