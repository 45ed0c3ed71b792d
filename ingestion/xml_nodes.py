"""Builds the elements of an XML document as trees with the line of each, and hands large lists over piece by piece. What elements mean does not belong here.

Names are local: namespaces tell kinds and versions, not fields. Source: input-contracts 1.2, 5.5.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from ingestion.xml_events import MAX_DEPTH, local_name, parse, too_deep


@dataclass
class Node:
    """One element; `line` is 1-based in the file as it lies in the inbox."""

    name: str
    line: int
    attributes: Mapping[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, path: str) -> Iterator[Node]:
        """Every element at `path` below this one, in the document's order."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def first(self, *paths: str) -> Node | None:
        """The first element at the first of `paths` that is there."""
        return next((node for path in paths for node in self.all(path)), None)

    def value(self, *paths: str) -> str:
        """The text of that element without white space around it, '' where there is none."""
        node = self.first(*paths)
        return "" if node is None else node.text


@dataclass
class _Builder:
    handed_over: Collection[str]
    take: Callable[[Node], None]
    name: str
    here: Callable[[], int]
    _open: list[Node] = field(default_factory=list)
    _texts: list[list[str]] = field(default_factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise too_deep(self.name, self.here())
        self._open.append(
            Node(local_name(tag), self.here(), {local_name(name): value for name, value in attributes.items()})
        )
        self._texts.append([])

    def data(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, tag: str) -> None:
        node = self._open.pop()
        # A text that was folded over lines is one line.
        node.text = " ".join("".join(self._texts.pop()).split())
        if node.name in self.handed_over:
            self.take(node)
        elif self._open:
            self._open[-1].children.append(node)

    def close(self) -> None:
        """Nothing is left to do at the end of the document; a parser calls it all the same."""


def hand_over(data: bytes, names: Collection[str], take: Callable[[Node], None], name: str) -> None:
    """Give `take` every element with one of the local `names` when it ends; those inside it came before and are not in it.

    Raises FileRejected: BAD_XML, BAD_ENCODING, TOO_LARGE beyond 64 levels.
    """
    parse(data, name, lambda _, here: _Builder(names, take, name, here))
