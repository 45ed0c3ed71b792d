"""Reads what `xl/workbook.xml` says: sheets, defined names, date system. The cells of the sheets do not belong here."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ingestion.archive import Archive
from ingestion.sheet_xml import bad_xml, column_number, guarded

_AREA = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?$")


@dataclass(frozen=True)
class Area:
    """A rectangle of cells; rows and columns 0-based, the ends included."""

    sheet: str
    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class DefinedName:
    """A name and its scope, a sheet or None for the whole workbook; `area` is None where it is no rectangle."""

    name: str
    scope: str | None
    refers_to: str
    area: Area | None

    @property
    def is_dangling(self) -> bool:
        return "#REF!" in self.refers_to


@dataclass(frozen=True)
class SheetPart:
    """One worksheet and the part of the archive that holds it."""

    name: str
    part: str
    is_hidden: bool


def parse_part(archive: Archive, part: str) -> Element:
    """A small part as a tree. FileRejected BAD_XML where it is broken or holds a DTD or an entity, TOO_LARGE."""
    archive.check_size(part, archive.limits.tree_bytes)
    text = b"".join(guarded(archive.chunks(part), part, archive.name))
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise bad_xml(archive.name, part, str(error)) from error
    return root


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(parent: Element, *path: str) -> list[Element]:
    found = [parent]
    for step in path:
        found = [child for element in found for child in element if _local(child) == step]
    return found


def sheets_of(archive: Archive, book: Element) -> list[SheetPart]:
    """Worksheets in workbook order. Relationship files and chart sheets are not worksheets."""
    relations = {
        relation.get("Id"): (relation.get("Type", ""), relation.get("Target", ""))
        for relation in parse_part(archive, "xl/_rels/workbook.xml.rels")
    }
    sheets: list[SheetPart] = []
    for sheet in _children(book, "sheets", "sheet"):
        identifier = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
        kind, target = relations.get(identifier, ("", ""))
        if not kind.endswith("/worksheet"):
            continue
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        if any(other.name == sheet.get("name", "") for other in sheets):
            raise bad_xml(
                archive.name, "xl/workbook.xml", f"two sheets named '{sheet.get('name')}'", "one name a sheet"
            )
        sheets.append(SheetPart(sheet.get("name", ""), part, sheet.get("state", "visible") != "visible"))
    return sheets


def date_system_of(book: Element) -> int:
    """1904 where the workbook says so, else 1900."""
    properties = _children(book, "workbookPr")
    return 1904 if properties and properties[0].get("date1904") in ("1", "true") else 1900


def defined_names_of(book: Element) -> tuple[DefinedName, ...]:
    """All defined names with their scope; a scope that is no sheet counts as the whole workbook."""
    every_sheet = [sheet.get("name", "") for sheet in _children(book, "sheets", "sheet")]
    names = []
    for element in _children(book, "definedNames", "definedName"):
        scope = element.get("localSheetId", "")
        # The index counts all sheets of the workbook, chart sheets too.
        sheet = every_sheet[int(scope)] if scope.isdecimal() and int(scope) < len(every_sheet) else None
        refers_to = (element.text or "").strip()
        names.append(DefinedName(element.get("name", ""), sheet, refers_to, _area(refers_to)))
    return tuple(names)


def _area(refers_to: str) -> Area | None:
    found = _AREA.match(refers_to)
    if not found:
        return None
    quoted, plain, left, top, right, bottom = found.groups()
    first_column, first_row = column_number(left) - 1, int(top) - 1
    return Area(
        sheet=quoted.replace("''", "'") if quoted else plain,
        first_row=first_row,
        first_column=first_column,
        last_row=int(bottom) - 1 if bottom else first_row,
        last_column=column_number(right) - 1 if right else first_column,
    )
