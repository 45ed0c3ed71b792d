"""Opens the zip container of a workbook and inflates its parts under limits. What the parts mean does not belong here.

The directory of a zip is a claim: sizes are checked there first, and again on the bytes as they come out.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from ingestion.extract import FileRejected
from ingestion.limits import WorkbookLimits

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK"
STORED, DEFLATED = 0, 8
CHUNK_BYTES = 4 * 1024 * 1024
LOCAL_HEADER_BYTES = 30


class Archive:
    """The parts of one zip container, by name. `read` and `chunks` raise FileRejected on anything unsound."""

    def __init__(self, data: bytes, name: str, limits: WorkbookLimits) -> None:
        self.data = data
        self.name = name
        self.limits = limits
        self._inflated: dict[str, int] = {}
        self._parts = self._directory()

    def _directory(self) -> dict[str, zipfile.ZipInfo]:
        name, limits = self.name, self.limits
        try:
            infos = zipfile.ZipFile(io.BytesIO(self.data)).infolist()
        except (zipfile.BadZipFile, struct.error, UnicodeDecodeError, NotImplementedError, ValueError) as error:
            raise self._unreadable(f"its zip directory cannot be read ({error})") from error
        if len(infos) > limits.parts:
            raise FileRejected(
                "ARCHIVE_BOMB",
                f"{name}: expected at most {limits.parts:,} parts in the archive, found {len(infos):,} (ARCHIVE_BOMB)",
                "Save the workbook again with its own program, and take out sheets that are not inputs.",
            )
        total = sum(info.file_size for info in infos)
        if total > limits.unpacked_bytes:
            raise self._bomb("the whole archive", f"{total:,} bytes unpacked", f"{limits.unpacked_bytes:,} bytes")
        parts: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._check_ratio(info.filename, info.file_size, info.compress_size)
            if info.filename in parts:
                # Readers disagree on which copy counts, so what was checked might not be what is read.
                raise self._unreadable(f"part {info.filename} stands in it twice")
            parts[info.filename] = info
        return parts

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    def names(self) -> list[str]:
        return list(self._parts)

    def read(self, part: str) -> bytes:
        """The whole of one part."""
        return b"".join(self.chunks(part))

    def check_size(self, part: str, most: int) -> None:
        """Refuse a part that is to be kept whole and claims more bytes than that; what it claims is verified as it unpacks."""
        info = self._parts.get(part)
        if info is not None and info.file_size > most:
            raise FileRejected(
                "TOO_LARGE",
                f"{self.name}: part {part} must unpack to at most {most:,} bytes, found {info.file_size:,} (TOO_LARGE)",
                "Save the workbook again with its own program, and take out sheets that are not inputs.",
            )

    def chunks(self, part: str) -> Iterator[bytes]:
        """One part, inflated in pieces; size, ratio and checksum are verified on the way."""
        info = self._parts.get(part)
        if info is None:
            raise self._unreadable(f"part {part} is missing")
        if info.flag_bits & 0x1:
            raise encrypted(self.name, f"part {part} is encrypted")
        size, checksum = 0, 0
        for piece in self._pieces(info):
            size += len(piece)
            self._inflated[part] = max(size, self._inflated.get(part, 0))  # a part may be read again
            checksum = zlib.crc32(piece, checksum)
            self._check_ratio(part, size, info.compress_size)
            if sum(self._inflated.values()) > self.limits.unpacked_bytes:
                limit = f"{self.limits.unpacked_bytes:,} bytes"
                raise self._bomb("the whole archive", f"more than {limit} while unpacking", limit)
            yield piece
        if size != info.file_size:
            raise self._unreadable(f"part {part} should unpack to {info.file_size:,} bytes, found {size:,}")
        if checksum != info.CRC:
            raise self._unreadable(f"the checksum of part {part} should be {info.CRC:08x}, found {checksum:08x}")

    def _pieces(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        header = self.data[info.header_offset : info.header_offset + LOCAL_HEADER_BYTES]
        if len(header) < LOCAL_HEADER_BYTES or not header.startswith(ZIP_MAGIC):
            raise self._unreadable(f"part {info.filename} is not where the directory says")
        name_bytes, extra_bytes = struct.unpack("<HH", header[26:30])
        start = info.header_offset + LOCAL_HEADER_BYTES + name_bytes + extra_bytes
        packed = self.data[start : start + info.compress_size]
        if len(packed) < info.compress_size:
            raise self._unreadable(f"part {info.filename} breaks off")
        if info.compress_type == STORED:
            yield packed
            return
        if info.compress_type != DEFLATED:
            raise self._unreadable(f"part {info.filename} is packed by method {info.compress_type}, expected deflate")
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            while not inflater.eof:
                piece = inflater.decompress(packed, CHUNK_BYTES)
                packed = inflater.unconsumed_tail
                if not piece and not packed:
                    break
                yield piece
        except zlib.error as error:
            raise self._unreadable(f"part {info.filename} cannot be unpacked ({error})") from error
        if not inflater.eof:
            raise self._unreadable(f"part {info.filename} breaks off")

    def _check_ratio(self, part: str, unpacked: int, packed: int) -> None:
        limits = self.limits
        if unpacked > limits.ratio_from_bytes and unpacked > limits.part_ratio * max(packed, 1):
            found = f"{unpacked:,} bytes from {packed:,}"
            raise self._bomb(f"part {part}", found, f"{limits.part_ratio} times its packed size")

    def _bomb(self, what: str, found: str, limit: str) -> FileRejected:
        return FileRejected(
            "ARCHIVE_BOMB",
            f"{self.name}: {what} must unpack to at most {limit}, found {found} (ARCHIVE_BOMB)",
            "Do not open the file by hand; ask the sender for a new copy.",
        )

    def _unreadable(self, found: str) -> FileRejected:
        return FileRejected(
            "UNREADABLE_ARCHIVE",
            f"{self.name}: expected a complete workbook archive, found that {found} (UNREADABLE_ARCHIVE)",
            "The file was probably cut off on its way: copy or send it again.",
        )


def encrypted(name: str, found: str) -> FileRejected:
    return FileRejected(
        "ENCRYPTED",
        f"{name}: expected a workbook that opens without a password, found that {found} (ENCRYPTED)",
        "Save a copy without a password to open (sheet protection is fine) and send that.",
    )


def open_archive(data: bytes, name: str, limits: WorkbookLimits) -> Archive:
    """The zip container in `data`, or FileRejected saying what the bytes are instead. Source: input-contracts 1.4."""
    if not data:
        raise FileRejected(
            "EMPTY_FILE", f"{name}: expected a workbook, found a file of 0 bytes (EMPTY_FILE)", "Send the file again."
        )
    if len(data) > limits.packed_bytes:
        raise FileRejected(
            "TOO_LARGE",
            f"{name}: expected at most {limits.packed_bytes:,} bytes, found {len(data):,} (TOO_LARGE)",
            "Take out sheets that are not inputs.",
        )
    if data.startswith(OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise encrypted(name, "it is encrypted")
        raise _not_a_workbook(name, "an OLE container, perhaps the binary format of Excel 97 to 2003")
    if not data.startswith(ZIP_MAGIC):
        raise _not_a_workbook(name, f"a file that begins with {data[:8]!r}")
    return Archive(data, name, limits)


def _not_a_workbook(name: str, found: str) -> FileRejected:
    return FileRejected(
        "NOT_A_WORKBOOK",
        f"{name}: expected an Excel workbook (.xlsx or .xlsm), found {found} (NOT_A_WORKBOOK)",
        "Open the file in a spreadsheet program and save it as .xlsx.",
    )


def not_a_workbook(archive: Archive) -> FileRejected:
    """A zip container that holds something else than a workbook in XML."""
    if "xl/workbook.bin" in archive:
        return _not_a_workbook(archive.name, "a binary workbook (.xlsb)")
    return _not_a_workbook(archive.name, f"a zip archive of {len(archive.names())} parts without a workbook")
