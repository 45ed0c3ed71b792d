"""Walks an XML document element by element, with the line of each, and refuses what could harm. What elements mean does not belong here.

Elements are named by their path of local names below the root, attributes by `path@name`; namespaces tell kinds, not fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from ingestion.delimited import decode
from ingestion.extract import FileRejected
from ingestion.limits import limits

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WHITE_SPACE = b" \t\r\n"
MAX_DEPTH = limits().text.depth
_CHUNK = 1 << 20
_LINE_ENDS = re.compile(r"\s*[\r\n\t]+\s*")


@dataclass(frozen=True)
class Element:
    """What one element says: `values` maps a path below it, or a path and attribute, to the first text found there."""

    line: int  # 1-based, in the file as it lies in the inbox
    values: Mapping[str, str]


@dataclass
class _Walk:
    """Collects values of the root, and of each element at `path`, which then leave memory through `take`."""

    path: str
    take: Callable[[Element], None]
    name: str
    first_line: int
    here: Callable[[], int]
    root: dict[str, str] = field(default_factory=dict)
    _paths: list[str] = field(default_factory=list)
    _texts: list[list[str]] = field(default_factory=list)
    _element: dict[str, str] | None = None
    _line: int = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        above = self._paths[-1] if self._paths else ""
        path = f"{above}/{local_name(tag)}" if self._paths else ""
        if len(self._paths) >= MAX_DEPTH:
            raise too_deep(self.name, self.here())
        self._paths.append(path)
        self._texts.append([])
        if path == f"/{self.path}":
            self._element, self._line = {}, self.here()
        for name, value in attributes.items():
            self._say(f"{path}@{local_name(name)}", value)

    def data(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, _: str) -> None:
        path, text = self._paths.pop(), "".join(self._texts.pop())
        if text.strip():
            # A name that was folded over lines is one line; nothing else of it changes.
            self._say(path, _LINE_ENDS.sub(" ", text.strip()))
        if path == f"/{self.path}" and self._element is not None:
            self.take(Element(self._line, self._element))
            self._element = None

    def close(self) -> None:
        """Nothing is left to do at the end of the document; a parser calls it all the same."""

    def _say(self, path: str, text: str) -> None:
        if self._element is None:
            self.root.setdefault(path.removeprefix("/"), text)
        else:
            self._element.setdefault(path.removeprefix(f"/{self.path}").removeprefix("/"), text)


class Target(Protocol):
    """What is told of a document as it is parsed. Tags carry their namespace in braces."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None: ...
    def data(self, text: str) -> None: ...
    def end(self, tag: str) -> None: ...
    def close(self) -> None: ...


T = TypeVar("T", bound=Target)


def parse(data: bytes, name: str, target_of: Callable[[int, Callable[[], int]], T]) -> T:
    """Parse `data` into the target that `target_of` makes of the document's first line and of what tells the current one.

    `data` may begin with a byte order mark and white space. Raises FileRejected: BAD_XML for what is not well formed or
    has a document type or an entity, BAD_ENCODING, TOO_LARGE. Source: input-contracts 1.2, 5.5.
    """
    decode(data, name)
    _check_elements(data, name)
    body = data.removeprefix(BYTE_ORDER_MARK)
    document = body.lstrip(WHITE_SPACE)
    before = body[: len(body) - len(document)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    first_line = 1 + before.count(b"\n")
    target = target_of(first_line, lambda: first_line - 1 + int(parser.parser.CurrentLineNumber))
    # The bytes are UTF-8, whatever the declaration says; the limit of one encoding holds for XML too.
    parser = DefusedXMLParser(target=target, encoding="utf-8", forbid_dtd=True)
    try:
        for at in range(0, len(document), _CHUNK):
            parser.feed(document[at : at + _CHUNK])
        parser.close()
    except (DefusedXmlException, ParseError) as error:
        raise bad_xml(error, name, first_line) from error
    return target


def _check_elements(data: bytes, name: str) -> None:
    """Refuse a document of too many elements and attributes: each of them takes the hundredfold of its bytes."""
    found = data.count(b"<") - data.count(b"</") + data.count(b'="') + data.count(b"='")
    if found > (most := limits().text.xml_elements):
        raise FileRejected(
            "TOO_LARGE",
            f"{name}: expected XML of at most {most:,} elements and attributes, found {found:,} (TOO_LARGE)",
        )


def walk(data: bytes, path: str, take: Callable[[Element], None], name: str) -> Element:
    """Hand every element at `path` below the root to `take`, and return what the root says outside of them.

    Raises FileRejected as `parse` does, and TOO_LARGE beyond 64 levels.
    """
    walker = parse(data, name, lambda first_line, here: _Walk(path, take, name, first_line, here))
    return Element(walker.first_line, walker.root)


def too_deep(name: str, line: int) -> FileRejected:
    """The refusal of a document that nests deeper than any that Weir reads."""
    return FileRejected(
        "TOO_LARGE", f"{name}, line {line}: expected XML at most {MAX_DEPTH} levels deep, found more (TOO_LARGE)"
    )


def has_leading_white_space(data: bytes) -> bool:
    """Whether white space stands before the document's first character. Source: input-contracts 5.5."""
    return data.removeprefix(BYTE_ORDER_MARK)[:1] in {bytes((byte,)) for byte in WHITE_SPACE}


def bad_xml(error: DefusedXmlException | ParseError, name: str, first_line: int = 1) -> FileRejected:
    """The refusal of a document that a hardened parser would not read; it begins in `first_line` of the file."""
    if isinstance(error, DefusedXmlException):
        found = "a document type" if isinstance(error, DTDForbidden) else "an entity"
        return FileRejected(
            "BAD_XML", f"{name}: expected XML without a document type or entities, found {found} (BAD_XML)"
        )
    line = first_line + error.position[0] - 1
    what = str(error).partition(": line ")[0]
    return FileRejected("BAD_XML", f"{name}, line {line}: expected well-formed XML, found: {what} (BAD_XML)")


def local_name(name: str) -> str:
    """A tag or attribute without its namespace."""
    return name.rpartition("}")[2]
