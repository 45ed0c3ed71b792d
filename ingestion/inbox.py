"""What lies in the inbox: files with their hashes, folders and sidecars, and which of them are still being written.

What a file means, and whether its declarations are right, does not belong here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

import yaml

SIDECAR_SUFFIX = ".feed.yaml"
BACKLOAD = "backload"
# An unfinished file is left alone for so long, then read as it is, so that somebody hears of it.
PATIENCE = dt.timedelta(minutes=10)

_CHUNK = 1 << 20
_SIDECAR_BYTES = 65_536
_TAIL = 65_557  # the longest end-of-central-directory record of a zip, comment included
_XML_START = re.compile(rb"<([A-Za-z_][\w.:-]*)[\s/>]")


@dataclass(frozen=True)
class InboxFile:
    """One file at rest. `name` is relative to the inbox; `organization_id` and `feed_name` are what its folders say."""

    path: Path
    name: str
    size: int
    modified_at: dt.datetime  # UTC
    sha256: str
    folders: tuple[str, ...] = ()  # without a leading `backload`
    is_backload: bool = False
    sidecar: Mapping[str, str] = field(default_factory=dict)
    sidecar_sha256: str | None = None
    sidecar_error: str | None = None
    is_orphan_sidecar: bool = False

    @property
    def organization_id(self) -> str | None:
        return self.folders[0] if self.folders else None

    @property
    def feed_name(self) -> str | None:
        return self.folders[1] if len(self.folders) > 1 else None


@dataclass(frozen=True)
class WaitingFile:
    """A file left for the next look. `is_overdue` once it has waited longer than is normal."""

    name: str
    message: str
    is_overdue: bool = False
    code: str = "FILE_GROWING"


@dataclass(frozen=True)
class Scan:
    """The inbox at one moment, in the order of names."""

    files: tuple[InboxFile, ...]
    waiting: tuple[WaitingFile, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Hash of names, contents and sidecars of the files at rest."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update("\0".join((file.name, file.sha256, file.sidecar_sha256 or "", "\n")).encode())
        return digest.hexdigest()


def scan(inbox: Path, settle_seconds: float = 2.0, now: dt.datetime | None = None) -> Scan:
    """List the files below `inbox`; an inbox that does not exist is empty.

    Hidden files and folders and lock files (`~$`) are nobody's data. A sidecar belongs to the file it is named after;
    alone it is listed as a file, so that reading it refuses it. A file or sidecar modified less than `settle_seconds`
    before `now`, or a zip or XML that does not close and is younger than ten minutes, waits. Source: input-contracts 1.1.
    """
    moment = now or dt.datetime.now(dt.UTC)
    settle = dt.timedelta(seconds=settle_seconds)
    paths = dict(_walk(inbox))
    sidecars = {name for name in paths if name.endswith(SIDECAR_SUFFIX)}
    files: list[InboxFile] = []
    waiting: list[WaitingFile] = []
    for name, path in sorted(paths.items()):
        if name in sidecars and name.removesuffix(SIDECAR_SUFFIX) in paths:
            continue
        sidecar = paths.get(name + SIDECAR_SUFFIX)
        try:
            found = _look(name, path, sidecar, name in sidecars, settle, moment)
        except FileNotFoundError:
            continue  # taken away between the listing and the look
        except OSError as error:
            waiting.append(WaitingFile(name, f"{name}: cannot be opened ({error.strerror}) (FILE_GROWING)", True))
            continue
        if isinstance(found, InboxFile):
            files.append(found)
        else:
            waiting.append(found)
    return Scan(tuple(files), tuple(waiting))


def _walk(inbox: Path) -> Iterator[tuple[str, Path]]:
    for folder, folders, names in os.walk(inbox):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if not name.startswith((".", "~$")) and path.is_file():
                relative = path.relative_to(inbox).as_posix()
                # A name in another encoding than the system's cannot be written to a database as it stands.
                yield _shown(relative.encode("utf-8", "surrogateescape").decode("utf-8", "replace")), path


def _shown(name: str) -> str:
    """A name that commands nothing where it is printed: line ends, escapes and signs of direction as their codes."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in name)


def _look(
    name: str, path: Path, sidecar: Path | None, is_orphan: bool, settle: dt.timedelta, now: dt.datetime
) -> InboxFile | WaitingFile:
    before = path.stat()
    modified_at = dt.datetime.fromtimestamp(before.st_mtime, dt.UTC)
    for part in (path, *((sidecar,) if sidecar else ())):
        age = now - dt.datetime.fromtimestamp(part.stat().st_mtime, dt.UTC)
        # A time in the future is a clock that differs, not a change of a moment ago.
        if abs(age) < settle:
            return WaitingFile(
                name,
                f"{name}: expected no change for {settle.total_seconds():g} s, found that {part.name} was modified "
                f"{abs(age).total_seconds():.1f} s ago (FILE_GROWING)",
            )
    unfinished = _unfinished(path, before.st_size)
    if unfinished and now - modified_at < PATIENCE:
        return WaitingFile(name, f"{name}: expected a complete file, found {unfinished} (FILE_GROWING)")
    sha256 = _sha256(path)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return WaitingFile(name, f"{name}: changed while it was read (FILE_GROWING)")
    declared, error = _read_sidecar(sidecar) if sidecar else ({}, None)
    folders = PurePosixPath(name).parts[:-1]
    is_backload = folders[:1] == (BACKLOAD,)
    return InboxFile(
        path=path,
        name=name,
        size=before.st_size,
        modified_at=modified_at,
        sha256=sha256,
        folders=folders[1:] if is_backload else folders,
        is_backload=is_backload,
        sidecar=declared,
        sidecar_sha256=_sha256(sidecar) if sidecar else None,
        sidecar_error=error,
        is_orphan_sidecar=is_orphan,
    )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _unfinished(path: Path, size: int) -> str | None:
    """What a zip or XML lacks at its end, or None. Other forms have no end that could be missing."""
    with path.open("rb") as stream:
        head = stream.read(_TAIL)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read(_TAIL)
    if head.startswith(b"PK\x03\x04"):
        return None if b"PK\x05\x06" in tail else "a zip archive without its directory"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        root = _XML_START.search(text)
        end = tail.rstrip()
        closed = root and (
            end.endswith(b"/>") or re.search(rb"</" + re.escape(root.group(1)) + rb"\s*>(\s|<!--.*?-->)*$", end)
        )
        return None if closed else "an XML document whose root element is not closed"
    return None


def _read_sidecar(path: Path) -> tuple[dict[str, str], str | None]:
    """Keys and values of a sidecar, or what is wrong with it.

    Values stay text: a day or a yes is read by the rules of a feed and not by those of YAML.
    """
    if path.stat().st_size > _SIDECAR_BYTES:
        return {}, f"it is longer than {_SIDECAR_BYTES:,} bytes"
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except RecursionError:
        return {}, "it nests too deeply"
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return {}, f"it cannot be read ({str(error).splitlines()[0]})"
    if node is None:
        return {}, None
    if not isinstance(node, yaml.MappingNode):
        return {}, "it is not a list of `key: value` lines"
    declared: dict[str, str] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            return {}, f"line {key.start_mark.line + 1} is not one key and one value"
        if key.value in declared:
            return {}, f"key {key.value!r} stands in it twice"
        declared[key.value] = value.value
    return declared, None
