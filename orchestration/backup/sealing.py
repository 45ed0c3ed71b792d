"""Encryption of a stream in chunks that are each authenticated. Where keys come from and what is written belong elsewhere.

AES-256-GCM. Each file has a key of its own, derived from the house's with a random salt, so that a chunk's number may be its
nonce. The number, whether the chunk is the last, and what the file is for are authenticated with it: a chunk that is changed,
moved, left out or taken from another file is found, and so is a file that was cut short or put in another's place.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import re
import struct
from functools import cached_property
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from orchestration.backup.errors import BrokenBackup, WrongKey

KEY_VARIABLE = "WEIR_BACKUP_KEY"
ALGORITHM = "AES-256-GCM"
CHUNK = 1 << 20  # bytes of plain text
MAGIC = b"WEIRSEAL1\n"
_SALT = 32
_TAG = 16
_RECORD = struct.Struct(">BI")  # whether it is the last chunk, and bytes of cipher text
_KEY = re.compile(r"[0-9a-fA-F]{64}")


class BackupKey:
    """The house's key. It shows its id and never itself."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def configured(cls, key_file: Path | None) -> BackupKey | None:
        """The key in the environment, else the one in `key_file`; None where neither is set.

        Raises WrongKey where it is not 64 hexadecimal digits, without repeating what was found.
        """
        text, where = os.environ.get(KEY_VARIABLE), KEY_VARIABLE
        if text is None and key_file is not None:
            where = str(key_file)
            if not key_file.is_file():
                raise WrongKey(f"{where}: the file of the backup key is missing; put it back or unset it")
            text = key_file.read_text()
        if text is None:
            return None
        if not _KEY.fullmatch(text.strip()):
            raise WrongKey(
                f"{where}: expected a key of 64 hexadecimal digits, found {len(text.strip())} characters that are not one. "
                f"Make one with `openssl rand -hex 32` and keep it apart from the backups."
            )
        return cls(bytes.fromhex(text.strip()))

    def derived(self, purpose: str, salt: bytes = b"") -> bytes:
        """A key of 32 bytes for one purpose."""
        return HKDF(SHA256(), 32, salt or None, f"weir backup {purpose}".encode()).derive(self._secret)

    @cached_property
    def key_id(self) -> str:
        """Tells one key from another, and nothing about it."""
        return self.derived("id")[:8].hex()

    def sign(self, content: bytes) -> str:
        return hmac.new(self.derived("signature"), content, hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"BackupKey({self.key_id})"

    def __reduce__(self) -> str:
        raise TypeError("a backup key is not written anywhere")


class SealingWriter(io.RawIOBase):
    """Writes to `sink` what is written to it, sealed. `purpose` says what the file is; only reading for it opens the file."""

    def __init__(self, sink: IO[bytes], key: BackupKey, purpose: str) -> None:
        salt = os.urandom(_SALT)
        self._sink = sink
        self._header = MAGIC + bytes.fromhex(key.key_id) + salt
        self._cipher = AESGCM(key.derived("file", salt))
        self._purpose = purpose.encode()
        self._pending = bytearray()
        self._number = 0
        sink.write(self._header)

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]  # any buffer, as io declares it
        self._pending += data
        # The last chunk is told apart when the file ends, so that a whole one may not be written before more has come.
        whole = (len(self._pending) - 1) // CHUNK
        for start in range(0, whole * CHUNK, CHUNK):
            self._seal(bytes(self._pending[start : start + CHUNK]), is_last=False)
        del self._pending[: max(0, whole) * CHUNK]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._pending), is_last=True)
            super().close()

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        said = _authenticated(self._header, self._purpose, self._number, is_last)
        sealed = self._cipher.encrypt(self._number.to_bytes(12, "big"), plain, said)
        self._sink.write(_RECORD.pack(is_last, len(sealed)) + sealed)
        self._number += 1


class OpeningReader(io.RawIOBase):
    """What a SealingWriter was given. `name` is the file's in messages.

    Raises WrongKey when it was sealed with another key, BrokenBackup where it is not as it was written.
    """

    def __init__(self, source: IO[bytes], key: BackupKey, purpose: str, name: str) -> None:
        self._source = source
        self._name = name
        self._header = self._exactly(len(MAGIC) + 8 + _SALT)
        if not self._header.startswith(MAGIC):
            raise BrokenBackup(f"{name}: expected a sealed file, found other content; it was changed or is not of Weir")
        sealed_with = self._header[len(MAGIC) : len(MAGIC) + 8].hex()
        if sealed_with != key.key_id:
            raise WrongKey(f"{name}: sealed with key {sealed_with}, the key given is {key.key_id}: give the right one")
        self._cipher = AESGCM(key.derived("file", self._header[-_SALT:]))
        self._purpose = purpose.encode()
        self._plain = memoryview(b"")
        self._number = 0
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # any buffer, as io declares it
        while not self._plain and not self._is_over:
            self._plain = memoryview(self._next())
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _next(self) -> bytes:
        is_last, size = _RECORD.unpack(self._exactly(_RECORD.size))
        if size > CHUNK + _TAG:
            raise BrokenBackup(f"{self._name}: chunk {self._number} states {size} bytes; the file was changed")
        said = _authenticated(self._header, self._purpose, self._number, bool(is_last))
        try:
            plain = self._cipher.decrypt(self._number.to_bytes(12, "big"), self._exactly(size), said)
        except InvalidTag:
            raise BrokenBackup(
                f"{self._name}: chunk {self._number} is not as it was written, or the file is not the one of this name"
            ) from None
        self._number += 1
        if is_last:
            self._is_over = True
            if self._source.read(1):
                raise BrokenBackup(f"{self._name}: bytes follow on its end; the file was changed")
        return plain

    def _exactly(self, size: int) -> bytes:
        found = self._source.read(size)
        if len(found) != size:
            raise BrokenBackup(f"{self._name}: the file was cut short")
        return found


def _authenticated(header: bytes, purpose: bytes, number: int, is_last: bool) -> bytes:
    return header + struct.pack(">Q?", number, is_last) + purpose
