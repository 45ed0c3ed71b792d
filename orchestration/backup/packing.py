"""One file of a backup: compressed, sealed where there is a key, written whole or not at all, and read back. What is in it does
not belong here.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from orchestration.backup.errors import BrokenBackup, WrongKey
from orchestration.backup.sealing import MAGIC, BackupKey, OpeningReader, SealingWriter

BUFFER = 1 << 20
UNFINISHED = ".building-"  # begins the names of what is not whole yet


@dataclass
class Stored:
    """A file as it lies in the target."""

    sha256: str = ""
    byte_size: int = 0


class _Counting(io.RawIOBase):
    """Hashes and counts what goes through to a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()
        self.count = 0

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]  # any buffer, as io declares it
        self.digest.update(data)
        self.count += len(data)
        return self.file.write(data)


class _Naming:
    """A stream whose faults of reading name the file."""

    def __init__(self, inner: Any, name: str) -> None:
        self.inner = inner
        self.name = name

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self.inner.read(None if size < 0 else size))
        except (OSError, ValueError) as error:
            raise BrokenBackup(f"{self.name}: cannot be read ({str(error).splitlines()[0]})") from error


def ending(key: BackupKey | None) -> str:
    """How the names of packed files end."""
    return ".zst" if key is None else ".zst.sealed"


@contextmanager
def packed(path: Path, key: BackupKey | None, purpose: str) -> Iterator[tuple[IO[bytes], Stored]]:
    """A stream to write to; `path` holds it, flushed to the disk, when the block ends well, and `Stored` tells what it came to."""
    stored = Stored()
    with path.open("wb") as file:
        counting = _Counting(file)
        sink = counting if key is None else SealingWriter(cast(IO[bytes], counting), key, purpose)
        compressing = pa.CompressedOutputStream(pa.PythonFile(sink, mode="w"), "zstd")
        with compressing:
            yield cast(IO[bytes], compressing), stored
        sink.close()
        file.flush()
        os.fsync(file.fileno())
    stored.sha256, stored.byte_size = counting.digest.hexdigest(), counting.count


@contextmanager
def unpacked(path: Path, key: BackupKey | None, purpose: str) -> Iterator[IO[bytes]]:
    """What was packed. Raises WrongKey, and BrokenBackup naming the file while it is read."""
    name = str(path)
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
        except FileNotFoundError:
            raise BrokenBackup(f"{name}: the file is missing") from None
        is_sealed = file.read(len(MAGIC)) == MAGIC
        file.seek(0)
        if is_sealed and key is None:
            raise WrongKey(f"{name}: it is sealed; give the key in WEIR_BACKUP_KEY or WEIR_BACKUP_KEY_FILE")
        if path.name.endswith(".sealed") and not is_sealed:
            raise BrokenBackup(f"{name}: expected a sealed file, found other content; it was changed")
        source: Any = file
        if is_sealed and key is not None:
            source = io.BufferedReader(OpeningReader(file, key, purpose, name), BUFFER)
        try:
            stream = pa.CompressedInputStream(pa.PythonFile(source, mode="r"), "zstd")
        except (OSError, ValueError) as error:
            raise BrokenBackup(f"{name}: cannot be read ({error})") from error
        yield cast(IO[bytes], _Naming(stream, name))


@contextmanager
def tar_of(stream: IO[bytes]) -> Iterator[tarfile.TarFile]:
    with tarfile.open(fileobj=stream, mode="w|", bufsize=BUFFER) as tar:
        yield tar


@contextmanager
def tar_in(stream: IO[bytes], path: Path) -> Iterator[tarfile.TarFile]:
    """The members of a packed tar, in their order. Raises BrokenBackup naming `path`."""
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=BUFFER) as tar:
            yield tar
    except tarfile.TarError as error:
        raise BrokenBackup(f"{path}: cannot be read ({error})") from error


def add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
