"""Faults of workbooks: the zip container, the XML of its parts, cells, headers, and the sizes that a sheet claims or has."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from random import Random

from openpyxl.utils import get_column_letter

from tests.faults.bytes_faults import SIZES
from tests.faults.drafts import WORKBOOK, Draft, fault
from tests.faults.text_faults import CELLS, HEADERS, HOSTILE_TEXTS, LAUGHS

ZIP, PARTS = "zip parts", "XML"
ROWS, COLUMNS = 1_048_576, 16_384  # of a sheet, at most
CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.S)


# --- zip parts ----------------------------------------------------------------------------------------------------------
def parts_of(draft: Draft) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(draft.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def _with_parts(draft: Draft, parts: dict[str, bytes]) -> Draft:
    return replace(draft, data=packed(list(parts.items())))


def _sheet_of(rng: Random, parts: dict[str, bytes]) -> str:
    return rng.choice(sorted(name for name in parts if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)))


@fault(ZIP, WORKBOOK)
def part_missing(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    del parts[rng.choice(sorted(parts))]
    return _with_parts(draft, parts)


@fault(ZIP, WORKBOOK)
def part_emptied(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    return _with_parts(draft, parts | {rng.choice(sorted(parts)): b""})


@fault(ZIP, WORKBOOK)
def part_twice(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = rng.choice(sorted(parts))
    again = rng.choice((name, name.upper(), "/" + name, name.replace("/", "\\")))
    stream = io.BytesIO(draft.data)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.filelist.append(zipfile.ZipInfo())  # so that the library does not warn of the name
        archive.filelist.pop()
        archive.NameToInfo.clear()
        archive.writestr(zipfile.ZipInfo(again), parts[name][::-1])
    return replace(draft, data=stream.getvalue())


@fault(ZIP, WORKBOOK)
def parts_exchanged(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    one, other = rng.sample(sorted(parts), 2)
    return _with_parts(draft, parts | {one: parts[other], other: parts[one]})


@fault(ZIP, WORKBOOK)
def bomb(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = rng.choice([_sheet_of(rng, parts), "xl/sharedStrings.xml", "xl/workbook.xml", "docProps/extra.bin"])
    parts[name] = parts.get(name, b"") + b" " * 300_000_000
    return _with_parts(draft, parts)


@fault(ZIP, WORKBOOK)
def bomb_that_lies(rng: Random, draft: Draft) -> Draft:
    """The directory claims a small part where a large one lies."""
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    data = packed(list((parts | {name: parts[name] + b" " * 300_000_000}).items()))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    return replace(draft, data=data[: at + 24] + struct.pack("<I", 1000) + data[at + 28 :])


@fault(ZIP, WORKBOOK)
def paths_out_of_the_archive(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    outside = rng.choice(("../../../../tmp/harmed.txt", "/etc/harmed", "xl/../../harmed", "C:\\harmed", "\x00harmed"))
    if rng.random() < 0.5:
        return replace(draft, data=packed([*parts.items(), (outside, b"harmed")]))
    rels = "xl/_rels/workbook.xml.rels"
    target = b'Target="' + outside.replace("\x00", "").encode() + b'"'
    parts[rels] = re.sub(rb'Target="[^"]*worksheets[^"]*"', lambda _: target, parts[rels], count=1)
    return _with_parts(draft, parts)


@fault(ZIP, WORKBOOK)
def flags_of_encryption(rng: Random, draft: Draft) -> Draft:
    data = bytearray(draft.data)
    for found in re.finditer(rb"PK\x01\x02", draft.data):
        if rng.random() < 0.5:
            data[found.start() + 8] |= 1
    return replace(draft, data=bytes(data))


@fault(ZIP, WORKBOOK)
def checksum_wrong(rng: Random, draft: Draft) -> Draft:
    data = bytearray(draft.data)
    found = rng.choice(list(re.finditer(rb"PK\x01\x02", draft.data)))
    data[found.start() + 16] ^= 0xFF
    return replace(draft, data=bytes(data))


@fault(ZIP, WORKBOOK)
def directory_spoilt(rng: Random, draft: Draft) -> Draft:
    data = bytearray(draft.data)
    start = draft.data.index(b"PK\x01\x02")
    for _ in range(rng.randint(1, 6)):
        data[rng.randrange(start, len(data))] = rng.randrange(256)
    return replace(draft, data=bytes(data))


@fault(ZIP, WORKBOOK)
def other_method_of_packing(rng: Random, draft: Draft) -> Draft:
    method = rng.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts_of(draft).items():
            archive.writestr(name, content)
    return replace(draft, data=stream.getvalue())


@fault(ZIP, WORKBOOK)
def many_parts(_: Random, draft: Draft) -> Draft:
    return replace(draft, data=packed([*parts_of(draft).items(), *((f"xl/media/{n}.bin", b"") for n in range(12_000))]))


@fault(ZIP, WORKBOOK)
def archive_in_an_archive(_: Random, draft: Draft) -> Draft:
    return replace(draft, data=packed([(draft.name, draft.data)]))


# --- XML of the parts ---------------------------------------------------------------------------------------------------
def _a_part(rng: Random, parts: dict[str, bytes]) -> str:
    """A part that a reader opens."""
    return rng.choice(
        [
            name
            for name in ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", _sheet_of(rng, parts))
            if name in parts
        ]
    )


def _behind_declaration(content: bytes, added: bytes) -> bytes:
    found = re.match(rb"\s*<\?xml[^>]*\?>", content)
    end = found.end() if found else 0
    return content[:end] + added + content[end:]


@fault(PARTS, WORKBOOK)
def entities_in_a_part(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    internal = rng.choice(
        (LAUGHS, '<!ENTITY l11 SYSTEM "file:///etc/passwd">', '<!ENTITY l11 SYSTEM "file:///dev/zero">')
    )
    for name in (_a_part(rng, parts), _sheet_of(rng, parts)):
        content = re.sub(rb"(<(?:t|v)[^>]*>)[^<]+(</)", rb"\1&l11;\2", parts[name], count=1)
        parts[name] = _behind_declaration(content, f"<!DOCTYPE x [{internal}]>".encode())
    return _with_parts(draft, parts)


@fault(PARTS, WORKBOOK)
def tags_of_a_part_broken(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _a_part(rng, parts)
    at = rng.choice([m.start() for m in re.finditer(rb"<", parts[name])])
    parts[name] = (
        parts[name][:at] + rng.choice((b"", b"<<", b"</", b'<c r="', b"<![CDATA[", b"<!--")) + parts[name][at + 1 :]
    )
    return _with_parts(draft, parts)


@fault(PARTS, WORKBOOK)
def parts_nested_deeply(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name, deep = _a_part(rng, parts), rng.choice((3_000, 400_000))
    end = parts[name].rindex(b"</")
    parts[name] = parts[name][:end] + b"<a>" * deep + b"</a>" * deep + parts[name][end:]
    return _with_parts(draft, parts)


@fault(PARTS, WORKBOOK)
def huge_attribute_of_a_part(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _a_part(rng, parts)
    found = re.search(rb"<(?:c|sheet|si|xf|row)\b", parts[name])
    at = found.end() if found else parts[name].rindex(b"</")
    parts[name] = parts[name][:at] + b' z="' + rng.randbytes(500_000).hex().encode() * 4 + b'"' + parts[name][at:]
    return _with_parts(draft, parts)


@fault(PARTS, WORKBOOK)
def part_in_utf_16(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _a_part(rng, parts)
    return _with_parts(draft, parts | {name: parts[name].decode().encode("utf-16")})


@fault(PARTS, WORKBOOK)
def characters_that_xml_forbids(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _a_part(rng, parts)
    found = re.search(rb"<(?:t|v)[^>]*>", parts[name])
    at = found.end() if found else parts[name].rindex(b"</")
    added = rng.choice((b"\x00", b"\x01", b"\xff", b"&#0;", b"&#x1F;", b"&nope;", b"\xed\xa0\x80", b"&#xFFFFFFFF;"))
    return _with_parts(draft, parts | {name: parts[name][:at] + added + parts[name][at:]})


@fault(PARTS, WORKBOOK)
def indices_beyond_their_lists(rng: Random, draft: Draft) -> Draft:
    """Shared strings, styles and scopes of names that there are not."""
    parts = parts_of(draft)
    name, number = _sheet_of(rng, parts), rng.choice((b"99999999", b"-1", b"18446744073709551616", b"1.5", b"x", b""))
    change = rng.choice(((rb't="s"([^>]*)><v>\d+', rb't="s"\1><v>' + number), (rb' s="\d+"', b' s="' + number + b'"')))
    parts[name] = re.sub(*change, parts[name], count=rng.choice((1, 0)))
    return _with_parts(draft, parts)


@fault(PARTS, WORKBOOK)
def names_that_are_hostile(rng: Random, draft: Draft) -> Draft:
    parts, book = parts_of(draft), "xl/workbook.xml"
    area = rng.choice(
        ("#REF!", "'x'; drop table y'!$A$1", "A!$XFD$1048576:$ZZZ$9999999", "A!" + "$A$1," * 10_000, "OFFSET(A1,0,0)")
    )
    area = area.replace("&", "&amp;").replace("<", "&lt;")
    names = "<definedNames>" + "".join(
        f'<definedName name="N{n}" localSheetId="{rng.choice((0, 99999, -1))}">{area}</definedName>'
        for n in range(rng.choice((1, 20_000)))
    )
    parts[book] = re.sub(rb"<definedNames>.*</definedNames>", b"", parts[book], flags=re.S)
    parts[book] = parts[book].replace(
        b"</sheets>",
        b"</sheets>" + names[:3_000_000].rpartition("</definedName>")[0].encode() + b"</definedName></definedNames>",
    )
    return _with_parts(draft, parts)


# --- cells --------------------------------------------------------------------------------------------------------------
def _escaped(text: str) -> bytes:
    kept = "".join(letter for letter in text if letter in "\t\n" or letter >= " ")
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def _text_cell(text: str) -> Callable[[bytes], bytes]:
    return lambda at: b'<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (at, _escaped(text))


def _raw_cell(kind: bytes, value: bytes) -> Callable[[bytes], bytes]:
    return lambda at: b'<c r="%s"%s>%s</c>' % (at, kind, value)


RAW_CELLS = [
    *(_raw_cell(b' t="e"', b"<v>%s</v>" % error) for error in (b"#REF!", b"#N/A", b"#DIV/0!", b"#WHAT", b"")),
    *(_raw_cell(b"", b"<v>%s</v>" % n) for n in (b"1e400", b"-1e308", b"NaN", b"inf", b"9" * 400, b"1e-320", b"-0", b"x", b"0x1F", b"")),
    *(_raw_cell(b"", b"<v>%d</v>" % serial) for serial in (-1, 60, 2_958_466, 10**12)),
    _raw_cell(b' t="b"', b"<v>7</v>"),
    _raw_cell(b' t="d"', b"<v>2025-02-30T99:00:00</v>"),
    _raw_cell(b' t="zz"', b"<v>1</v>"),
    _raw_cell(b"", b"<f>1/0</f>"),
    _raw_cell(b' t="str"', b"<f>WEBSERVICE(\"http://127.0.0.1\")</f><v>x</v>"),
]  # fmt: skip


def _cells_changed(rng: Random, draft: Draft, contents: list[Callable[[bytes], bytes]], share: float) -> Draft:
    parts = parts_of(draft)
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        parts[name] = CELL.sub(
            lambda m: rng.choice(contents)(m[1] + m[2]) if int(m[2]) > 1 and rng.random() < share else m[0], parts[name]
        )
    return _with_parts(draft, parts)


@fault(CELLS, WORKBOOK)
def hostile_texts_in_cells(rng: Random, draft: Draft) -> Draft:
    return _cells_changed(rng, draft, [_text_cell(text) for text in HOSTILE_TEXTS], rng.choice((0.01, 0.1)))


@fault(CELLS, WORKBOOK)
def hostile_values_in_cells(rng: Random, draft: Draft) -> Draft:
    return _cells_changed(rng, draft, RAW_CELLS, rng.choice((0.01, 0.1)))


@fault(CELLS, WORKBOOK)
def every_cell_hostile(rng: Random, draft: Draft) -> Draft:
    return _cells_changed(rng, draft, [*RAW_CELLS, *map(_text_cell, HOSTILE_TEXTS)], 1.0)


@fault(CELLS, WORKBOOK)
def cells_of_one_address(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    address = rng.choice((b"A2", b"XFD1048576", b"A0", b"AAAA1", b"A99999999999", b"", b"1A", b"a1"))
    parts[name] = re.sub(rb'<c r="[A-Z]+[3-5]"', b'<c r="' + address + b'"', parts[name])
    return _with_parts(draft, parts)


@fault(CELLS, WORKBOOK)
def merged_cells(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    areas = rng.choice((b"A1:XFD1048576", b"A1:B2", b"B2:A1", b"A1:A1", b"nowhere"))
    merged = b'<mergeCells count="1"><mergeCell ref="' + areas + b'"/></mergeCells>'
    return _with_parts(draft, parts | {name: parts[name].replace(b"</sheetData>", b"</sheetData>" + merged)})


@fault(CELLS, WORKBOOK)
def rows_out_of_order(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    rows = re.findall(rb"<row\b.*?</row>", parts[name], re.S)
    rng.shuffle(rows)
    start, end = parts[name].find(b"<row"), parts[name].find(b"</sheetData>")
    if start < 0 or end < 0:
        return draft
    return _with_parts(draft, parts | {name: parts[name][:start] + b"".join(rows) + parts[name][end:]})


# --- headers ------------------------------------------------------------------------------------------------------------
def _shifted(content: bytes, by: int) -> bytes:
    content = re.sub(rb'(<c r="[A-Z]+)(\d+)"', lambda m: m[1] + b'%d"' % (int(m[2]) + by), content)
    return re.sub(rb'(<row r=")(\d+)"', lambda m: m[1] + b'%d"' % (int(m[2]) + by), content)


@fault(HEADERS, WORKBOOK)
def sheet_shifted_down(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    return _with_parts(draft, parts | {name: _shifted(parts[name], rng.choice((1, 5, 11)))})


@fault(HEADERS, WORKBOOK)
def headers_of_a_sheet_changed(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    texts = ["", "x'; drop table raw.loads; --", "=1+1", "ß" * 500, "fund_id", "_load_id", "organization_id", "A\nB"]
    chosen = rng.choice((0.1, 0.5, 1.0))
    parts[name] = CELL.sub(
        lambda m: _text_cell(rng.choice(texts))(m[1] + m[2]) if m[2] == b"1" and rng.random() < chosen else m[0],
        parts[name],
    )
    return _with_parts(draft, parts)


@fault(HEADERS, WORKBOOK)
def sheet_emptied(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    return _with_parts(
        draft, parts | {name: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData/>", parts[name], flags=re.S)}
    )


@fault(HEADERS, WORKBOOK)
def sheets_renamed(rng: Random, draft: Draft) -> Draft:
    parts, book = parts_of(draft), "xl/workbook.xml"
    names = re.findall(rb'<sheet [^>]*?name="([^"]*)"', parts[book])
    new = rng.choice(
        (b"x'; drop table raw.loads; --", b"", b"a" * 200, b"Feed", rng.choice(names), "Übersicht &amp; Ω".encode())
    )
    parts[book] = parts[book].replace(b'name="' + rng.choice(names) + b'"', b'name="' + new + b'"')
    return _with_parts(draft, parts)


@fault(HEADERS, WORKBOOK)
def rows_of_a_sheet_left_out(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    kept = rng.choice((0.0, 0.5, 0.9))
    parts[name] = re.sub(rb"<row\b.*?</row>", lambda m: m[0] if rng.random() < kept else b"", parts[name], flags=re.S)
    return _with_parts(draft, parts)


# --- sizes --------------------------------------------------------------------------------------------------------------
def _with_rows(draft: Draft, rng: Random, rows: bytes) -> Draft:
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    content = parts[name].replace(b"<sheetData/>", b"<sheetData></sheetData>")
    return _with_parts(draft, parts | {name: content.replace(b"</sheetData>", rows + b"</sheetData>")})


def _cell(row: int, column: int, value: bytes = b"<v>1</v>", kind: bytes = b"") -> bytes:
    return b'<row r="%d"><c r="%s%d"%s>%s</c></row>' % (row, get_column_letter(column).encode(), row, kind, value)


@fault(SIZES, WORKBOOK)
def dimension_that_claims_everything(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        claimed = rng.choice((b"A1:XFD1048576", b"A1:A1048576", b"A1:XFD1", b"XFD1048576:A1", b"A1:ZZZ99999999", b"B0"))
        parts[name] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + claimed + b'"', parts[name])
    return _with_parts(draft, parts)


@fault(SIZES, WORKBOOK)
def one_far_cell(rng: Random, draft: Draft) -> Draft:
    at = rng.choice(
        ((ROWS, COLUMNS), (ROWS, 1), (100_000, 1), (5000, COLUMNS), (60_000, 800), (ROWS + 1, 2), (4_294_967_295, 3))
    )
    return _with_rows(draft, rng, _cell(*at))


@fault(SIZES, WORKBOOK)
def far_cells_on_every_sheet(_: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        content = parts[name].replace(b"<sheetData/>", b"<sheetData></sheetData>")
        parts[name] = content.replace(b"</sheetData>", _cell(70_000, 700) + b"</sheetData>")
    return _with_parts(draft, parts)


@fault(SIZES, WORKBOOK)
def all_columns_used(rng: Random, draft: Draft) -> Draft:
    row = rng.choice((1, 400))
    cells = b"".join(
        b'<c r="%s%d"><v>%d</v></c>' % (get_column_letter(n).encode(), row, n) for n in range(1, COLUMNS + 1)
    )
    return _with_rows(draft, rng, b'<row r="%d">%s</row>' % (row, cells))


@fault(SIZES, WORKBOOK)
def all_rows_used(rng: Random, draft: Draft) -> Draft:
    return _with_rows(draft, rng, b"".join(_cell(n, 1, b"<v>%d</v>" % (n * 7919)) for n in range(1000, ROWS + 1)))


@fault(SIZES, WORKBOOK)
def long_text_in_many_cells(rng: Random, draft: Draft) -> Draft:
    """One text of a megabyte that every cell of a column refers to."""
    parts = parts_of(draft)
    strings = "xl/sharedStrings.xml"
    if strings not in parts:
        return _with_rows(draft, rng, _cell(500, 3, b"<is><t>" + b"x" * 50_000_000 + b"</t></is>", b' t="inlineStr"'))
    count = parts[strings].count(b"<si>") + parts[strings].count(b"<si/>")
    long = rng.randbytes(500_000).hex().encode()
    parts[strings] = parts[strings].replace(b"</sst>", b"<si><t>" + long + b"</t></si></sst>")
    rows = b"".join(_cell(n, 1, b"<v>%d</v>" % count, b' t="s"') for n in range(1000, 21_000))
    return _with_rows(_with_parts(draft, parts), rng, rows)


@fault(SIZES, WORKBOOK)
def styles_of_megabytes(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    name = rng.choice(
        [name for name in ("xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels") if name in parts]
    )
    filling = b"".join(b'<a b="%d"/>' % rng.getrandbits(40) for _ in range(3_000_000))
    end = parts[name].rindex(b"</")
    return _with_parts(draft, parts | {name: parts[name][:end] + filling + parts[name][end:]})


@fault(SIZES, WORKBOOK)
def tags_that_never_close(rng: Random, draft: Draft) -> Draft:
    """What a search that starts again at every tag would look at a million times a million times."""
    tag = rng.choice(
        (
            b"<c ",
            b'<c t="e">',
            b'<c r="A1" t="s" ',
            b't="e" ',
            b"<c><f>",
            b'<c r="XFD9">',
            b'<c r="A1" t="e"/><c ',
            b"<v ",
        )
    )
    parts = parts_of(draft)
    name = _sheet_of(rng, parts)
    at = parts[name].rindex(b"</")
    parts[name] = parts[name][:at] + b"<row><c" + tag * (12_000_000 // len(tag)) + parts[name][at:]
    return replace(draft, data=packed(list(parts.items()), zipfile.ZIP_STORED))  # deflated it would be a bomb


@fault(SIZES, WORKBOOK)
def strings_that_never_close(rng: Random, draft: Draft) -> Draft:
    parts = parts_of(draft)
    tag = rng.choice((b"<si>", b"<si><t>", b"<t ", b"<si/>"))
    start = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t/></si>'
    parts["xl/sharedStrings.xml"] = start + tag * (12_000_000 // len(tag)) + b"</sst>"
    return replace(draft, data=packed(list(parts.items()), zipfile.ZIP_STORED))  # deflated it would be a bomb


@fault(SIZES, WORKBOOK)
def as_many_cells_as_may_be(rng: Random, draft: Draft) -> Draft:
    columns = [get_column_letter(number).encode() for number in range(1, 51)]
    rows = b"".join(
        b'<row r="%d">%s</row>' % (n, b"".join(b'<c r="%s%d"><v>%d</v></c>' % (c, n, n * 31 % 997) for c in columns))
        for n in range(1000, 90_000)
    )
    return _with_rows(draft, rng, rows)


@fault(SIZES, WORKBOOK)
def one_row_that_never_ends(rng: Random, draft: Draft) -> Draft:
    return _with_rows(draft, rng, b'<row r="900">' + b"<c><v>1</v></c>" * 9_000_000 + b"</row>")
