"""Opens a file as what its first bytes say it is: workbook, XML, JSON or text. Which kind of file it is does not belong here.

Limits are checked before bytes are kept, so that no file can exhaust the machine.
"""

from __future__ import annotations

import io
import re
from codecs import BOM_UTF16_LE
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from ingestion.delimited import decode
from ingestion.extract import FileRejected
from ingestion.inbox import InboxFile
from ingestion.limits import limits
from ingestion.strict_json import json_depth, strict_json
from ingestion.xml_events import BYTE_ORDER_MARK, WHITE_SPACE, bad_xml

if TYPE_CHECKING:
    from ingestion.workbook import Workbook

_NOT_WHITE = re.compile(r"\S")
WORKBOOK_STARTS = (b"PK", b"\xd0\xcf\x11\xe0")  # a zip, or an OLE container such as an encrypted workbook
OTHER_ENCODINGS = (("utf-16", (b"\xff\xfe", b"\xfe\xff")), ("cp1252", (b"",)))


@dataclass(frozen=True)
class Content:
    """A file opened. Exactly one of `workbook`, `xml_root`, `document`, `text` is set.

    `text` of a file that is not UTF-8 is a reading of it that may only serve to recognise it; `encoding_error` refuses it.
    """

    name: str
    workbook: Workbook | None = None
    xml_root: tuple[str, str] | None = None  # namespace, local name
    document: Any = None  # JSON, numbers as the text they stood in
    text: str | None = None
    xml: bytes = b""  # the whole file, where `xml_root` is set
    encoding: str = "utf-8"  # of `text`
    encoding_error: FileRejected | None = None


def starts_like_workbook(path: Path) -> bool:
    """Whether the first bytes are those of a workbook; a file that is not there any more has none."""
    try:
        with path.open("rb") as stream:
            return stream.read(8).startswith(WORKBOOK_STARTS)
    except FileNotFoundError:
        return False


def open_content(file: InboxFile) -> Content:
    """Open `file`, or FileRejected: EMPTY_FILE, TOO_LARGE, BAD_ENCODING, BAD_XML, BAD_JSON and those of workbooks.

    Source: input-contracts 1.2.
    """
    name = file.name
    if file.size == 0:
        raise FileRejected("EMPTY_FILE", f"{name}: expected content, found a file of 0 bytes (EMPTY_FILE)")
    if starts_like_workbook(file.path):
        # Imported here: a run over feeds alone must not pay for the spreadsheet libraries.
        from ingestion.workbook import open_workbook

        return Content(name, workbook=open_workbook(file.path, name))
    most = limits().text.bytes
    if file.size > most:
        raise FileRejected("TOO_LARGE", f"{name}: expected at most {most:,} bytes, found {file.size:,} (TOO_LARGE)")
    data = file.path.read_bytes()
    if data.removeprefix(BYTE_ORDER_MARK).lstrip(WHITE_SPACE).startswith(b"<"):
        return Content(name, xml_root=_xml_root(data, name), xml=data)
    try:
        text = decode(data, name)
    except FileRejected as error:
        if error.code != "BAD_ENCODING":
            raise
        text, encoding = _in_other_encoding(data)
        return Content(name, text=text, encoding=encoding, encoding_error=error)
    if _first_character(text) in ("{", "["):
        return Content(name, document=_json(text, name))
    return Content(name, text=text)


def _first_character(text: str) -> str:
    """The first that is no white space, without a copy of all that follows it."""
    found = _NOT_WHITE.search(text)
    return found.group(0) if found else ""


def _in_other_encoding(data: bytes) -> tuple[str, str]:
    """A reading of the text and its encoding; a byte that the encoding does not have becomes U+FFFD."""
    encoding = next(name for name, marks in OTHER_ENCODINGS if data.startswith(marks))
    if encoding != "utf-16" and data[1:2] == b"\0":
        # UTF-16 without a mark, as SAP saves lists: Latin text has its zero bytes at the odd places.
        encoding, data = "utf-16", BOM_UTF16_LE + data
    return data.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n"), encoding


def _xml_root(data: bytes, name: str) -> tuple[str, str]:
    # White space before the declaration is tolerated; a parser would stop at it. Source: input-contracts 5.5.
    body = data.removeprefix(BYTE_ORDER_MARK)
    document = body.lstrip(WHITE_SPACE)
    stream = io.BytesIO(document)
    try:
        events = defusedxml.ElementTree.iterparse(stream, events=("start",), forbid_dtd=True)
        _, root = next(iter(events))
    except (DefusedXmlException, ParseError) as error:
        raise bad_xml(error, name, 1 + body[: len(body) - len(document)].count(b"\n")) from error
    except StopIteration as error:
        raise FileRejected("BAD_XML", f"{name}: expected a root element, found none (BAD_XML)") from error
    namespace, _, local = root.tag.rpartition("}")
    return namespace.removeprefix("{"), local


def _json(text: str, name: str) -> Any:
    # Counted before any of them takes the hundredfold of its bytes; signs inside of texts count too.
    values, most = sum(map(text.count, ",:[{")), limits().text.json_values
    if values > most:
        raise FileRejected(
            "TOO_LARGE", f"{name}: expected JSON of at most {most:,} values, found {values:,} (TOO_LARGE)"
        )
    try:
        document = strict_json(text)
    except (ValueError, RecursionError) as error:
        raise FileRejected("BAD_JSON", f"{name}: expected strict JSON, found: {error} (BAD_JSON)") from error
    if (depth := json_depth(document)) > limits().text.depth:
        raise FileRejected(
            "TOO_LARGE", f"{name}: expected JSON at most {limits().text.depth} levels deep, found {depth} (TOO_LARGE)"
        )
    return document
