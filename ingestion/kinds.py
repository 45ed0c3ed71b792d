"""Recognises the kind of a file by its content, against every kind Weir knows. Reading the file does not belong here.

Kinds that this version does not read are recognised too, so that none of them is taken for another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from ingestion.content import Content
from ingestion.delimited import first_rows, normal_form
from ingestion.extract import FileRejected
from ingestion.json_records import find_json_layouts
from ingestion.layouts import FoundLayout, find_layouts, nearest
from ingestion.reasons import advice_for

KINDS = Path(__file__).parent / "contracts" / "kinds.yaml"
DELIMITERS = (",", ";", "\t", "|")
CLO_WORKBOOK = "clo_workbook"
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls")
NEAR = 0.5  # share of a layout's headers from which on it is worth naming


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(_Frozen):
    """Names that must be there (`all`), alternatives (`any`) and names that must not (`none`)."""

    all: tuple[str, ...] = ()
    any: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()

    def match(self, names: set[str]) -> bool:
        """Whether `names`, in normal form, satisfy the list."""

        def is_there(name: str) -> bool:
            return normal_form(name) in names

        return (
            all(map(is_there, self.all))
            and all(any(map(is_there, group)) for group in self.any)
            and not any(map(is_there, self.none))
        )


class XmlRoot(_Frozen):
    root: str | None = None
    namespace_end: str = ""
    namespace_part: str = ""


class JsonKeys(_Frozen):
    all: tuple[str, ...] = ()


class Signature(_Frozen):
    """One way to recognise a kind; exactly one of the fields is set."""

    sheets: Names | None = None
    header: Names | None = None
    pattern: str | None = None
    xml: XmlRoot | None = None
    json_: JsonKeys | None = Field(default=None, alias="json")


class Kind(_Frozen):
    """A kind of file and its defaults. Source: input-contracts 1.1."""

    name: str
    title: str
    mode: Literal["full", "delta"]
    is_read: bool = False
    is_shared: bool = False
    other_encodings: bool = False
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True)
class Match:
    """A kind whose signature the content has; `layout` where the generic delimited reader takes it."""

    kind: Kind
    layout: FoundLayout | None = None


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by name."""
    document = yaml.safe_load(KINDS.read_text(encoding="utf-8"))
    return {name: Kind(name=name, **entry) for name, entry in document.items()}


def recognise(content: Content, declared: str | None) -> Match:
    """The kind of `content`, or FileRejected. `declared` decides between several and is refused if it is none of them.

    Codes: UNKNOWN_KIND, AMBIGUOUS_KIND, NOT_A_WORKBOOK (something else under a workbook's name), MISSING_SHEET (half of a
    CLO workbook), BAD_FEED (declared kind contradicted), MISSING_COLUMN (declared kind whose header is incomplete),
    BAD_ENCODING (text that only a kind in another encoding could be). Source: input-contracts 1.1.
    """
    matches = {match.kind.name: match for match in _matches(content)}
    if content.encoding_error is not None:
        matches = {name: match for name, match in matches.items() if match.kind.other_encodings}
        if not matches:
            raise _not_a_workbook(content) or content.encoding_error
    if declared is not None and declared in matches:
        return matches[declared]
    found = ", ".join(sorted(matches))
    if declared is not None and matches:
        raise _refuse(
            "BAD_FEED",
            f"{content.name}: expected the kind that it is declared to be; declared is {declared}, found the content of {found}",
        )
    if not matches:
        raise _not_a_workbook(content) or _half_a_workbook(content, declared) or _no_match(content, declared)
    if len(matches) > 1:
        raise _refuse("AMBIGUOUS_KIND", f"{content.name}: expected the content of one kind, found that of {found}")
    return next(iter(matches.values()))


def _refuse(code: str, message: str) -> FileRejected:
    return FileRejected(code, f"{message} ({code})", advice_for(code))


def _no_match(content: Content, declared: str | None) -> FileRejected:
    return _unknown(content) if declared is None else _incomplete(content, declared)


def _not_a_workbook(content: Content) -> FileRejected | None:
    # A name decides nothing about a kind, but the sender of a text that is called a workbook needs to hear just that.
    if content.workbook is not None or not content.name.lower().endswith(WORKBOOK_SUFFIXES):
        return None
    found = "XML" if content.xml_root is not None else "JSON" if content.text is None else "text"
    if content.encoding_error is not None:
        found = "bytes of no known form"
    return _refuse("NOT_A_WORKBOOK", f"{content.name}: expected an Excel workbook (.xlsx or .xlsm), found {found}")


def _half_a_workbook(content: Content, declared: str | None) -> FileRejected | None:
    if content.workbook is None or declared not in (None, CLO_WORKBOOK):
        return None
    # Imported here: a run over feeds alone must not pay for the spreadsheet libraries.
    from ingestion.clo_workbook import missing_sheet

    return missing_sheet(content.workbook)


def _unknown(content: Content) -> FileRejected:
    if content.workbook is not None:
        found = f"a workbook with the sheets {', '.join(content.workbook.sheet_names)}"
    elif content.xml_root is not None:
        found = f"XML with root element {content.xml_root[1]} of namespace '{content.xml_root[0]}'"
    elif content.text is None:
        found = "JSON of another shape"
    else:
        # Not what it says: of a file of unknown kind nobody knows what is personal or bank data.
        found = "text without the header of any"
        near = nearest(content.text)
        if near is not None and near.missing and near.share >= NEAR:
            lacks = ", ".join(near.missing)
            found += f"; nearest is {near.kind} ({near.layout}), of which line {near.header_line} lacks {lacks}"
    return _refuse(
        "UNKNOWN_KIND", f"{content.name}: expected one of the {len(kinds())} known kinds of file, found {found}"
    )


def _incomplete(content: Content, declared: str) -> FileRejected:
    near = nearest(content.text, declared) if content.text is not None else None
    if near is None:
        found = "content that has none of its signatures"
        return _refuse(
            "BAD_FEED", f"{content.name}: expected what is declared, content of the kind {declared}, found {found}"
        )
    return _refuse(
        "MISSING_COLUMN",
        f"{content.name}, line {near.header_line}: expected the columns of {declared} ({near.layout}) in one of the first "
        f"ten rows, found this row to come nearest and to lack {', '.join(near.missing) or 'nothing but other columns'}",
    )


def _matches(content: Content) -> list[Match]:
    layouts: Sequence[FoundLayout] = ()
    if content.text is not None:
        layouts = find_layouts(content.text)
    elif content.document is not None:
        layouts = find_json_layouts(content.document)
    by_layout = [Match(kinds()[found.contract.kind], found) for found in layouts]
    by_signature = [Match(kind) for kind in kinds().values() if any(_has(content, s) for s in kind.signatures)]
    if content.workbook is not None:
        # Imported here for the same reason as the workbook itself.
        from ingestion.clo_workbook import is_clo_workbook

        if is_clo_workbook(content.workbook):
            by_signature.append(Match(kinds()[CLO_WORKBOOK]))
    return [*by_layout, *by_signature]


def _has(content: Content, signature: Signature) -> bool:
    if content.workbook is not None and signature.sheets:
        forms = {normal_form(name) for name in content.workbook.sheet_names}
        # A sheet also answers to its name without a final s. Source: input-contracts 1.2.
        return signature.sheets.match(forms | {f"{form}s" for form in forms})
    if content.xml_root is not None and signature.xml:
        namespace, local = content.xml_root
        wanted = signature.xml
        is_root = wanted.root in (None, local)
        return is_root and namespace.endswith(wanted.namespace_end) and wanted.namespace_part in namespace
    if content.document is not None and signature.json_:
        return isinstance(content.document, dict) and set(signature.json_.all) <= content.document.keys()
    if content.text is not None and signature.pattern:
        return re.match(signature.pattern, content.text.partition("\n")[0]) is not None
    if content.text is not None and signature.header:
        rows = (cells for delimiter in DELIMITERS for _, cells in first_rows(content.text, delimiter))
        return any(signature.header.match({normal_form(cell) for cell in cells}) for cells in rows)
    return False
