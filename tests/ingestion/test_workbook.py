"""What opening a workbook promises: sound containers only, aligned rows, every cell, nothing mistaken for empty."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as NewWorkbook

from ingestion.extract import FileRejected
from ingestion.limits import WorkbookLimits, limits
from ingestion.workbook import NO_VALUE, CellError, Workbook, open_workbook, serial_date

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{MAIN_TYPE}"/></Types>'
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/>'
    '<xf numFmtId="22"/></cellXfs></styleSheet>'
)
STRINGS = f'<sst xmlns="{MAIN}"><si><t></t></si><si><t>text</t></si><si><t xml:space="preserve">  </t></si></sst>'


def parts(cells: str, *, properties: str = "", names: str = "", sheet: str | None = None) -> dict[str, str]:
    """The parts of a workbook with one sheet S; `cells` stand in row 2."""
    relation = f'<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    chart = f'<Relationship Id="r2" Type="{RELATIONS}/chartsheet" Target="chartsheets/sheet1.xml"/>'
    styles = f'<Relationship Id="r3" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    strings = f'<Relationship Id="r4" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    office = f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{package}">{office}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}<sheets>'
        f'<sheet name="S" sheetId="1" r:id="r1"/></sheets><definedNames>{names}</definedNames></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{relation}{chart}{styles}{strings}</Relationships>',
        "xl/worksheets/sheet1.xml": sheet
        or f'<worksheet xmlns="{MAIN}"><sheetData><row r="2">{cells}</row></sheetData></worksheet>',
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": STRINGS,
    }


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def opened(tmp_path: Path, data: bytes, limit: WorkbookLimits | None = None) -> Workbook:
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    return open_workbook(path, "book.xlsx", limit)


def refusal(tmp_path: Path, data: bytes, limit: WorkbookLimits | None = None) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        opened(tmp_path, data, limit)
    assert caught.value.message.startswith("book.xlsx")
    assert caught.value.message.endswith(f"({caught.value.code})")
    assert caught.value.advice
    return caught.value


def with_patched_size(data: bytes, part: str, size: int) -> bytes:
    """The archive with another unpacked size written into its directory."""
    patched = bytearray(data)
    for signature, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = patched.find(signature)
        while start >= 0:
            if patched[start + name_at :].startswith(part.encode()):
                struct.pack_into("<I", patched, start + size_at, size)
            start = patched.find(signature, start + 4)
    return bytes(patched)


def test_a_file_of_no_bytes_is_refused_as_empty(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"").code == "EMPTY_FILE"


@pytest.mark.parametrize(
    "data",
    [b"id,par\n1,2\n", zipped({"readme.txt": "x"}), zipped({"xl/workbook.bin": "x"})],
    ids=["csv", "zip", "xlsb"],
)
def test_anything_but_a_workbook_in_xml_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data).code == "NOT_A_WORKBOOK"


def test_an_old_binary_workbook_is_told_from_an_encrypted_one(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    assert refusal(tmp_path, ole).code == "NOT_A_WORKBOOK"
    assert refusal(tmp_path, ole + "EncryptedPackage".encode("utf-16-le")).code == "ENCRYPTED"


def test_a_truncated_archive_is_unreadable(tmp_path: Path) -> None:
    data = zipped(parts('<c r="A2"><v>1</v></c>'))
    assert refusal(tmp_path, data[: len(data) // 2]).code == "UNREADABLE_ARCHIVE"


def test_a_wrong_checksum_of_a_sheet_is_unreadable(tmp_path: Path) -> None:
    data = bytearray(zipped(parts('<c r="A2"><v>1</v></c>')))
    start = data.find(b"PK\x01\x02")
    while not data[start + 46 :].startswith(b"xl/worksheets/sheet1.xml"):
        start = data.find(b"PK\x01\x02", start + 4)
    data[start + 16] ^= 0xFF
    error = refusal(tmp_path, bytes(data))
    assert error.code == "UNREADABLE_ARCHIVE"
    assert "checksum of part xl/worksheets/sheet1.xml" in error.message


def test_a_part_that_stands_twice_is_refused(tmp_path: Path) -> None:
    files = parts('<c r="A2"><v>1</v></c>')
    buffer = io.BytesIO(zipped(files))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", files["xl/workbook.xml"])
    assert refusal(tmp_path, buffer.getvalue()).code == "UNREADABLE_ARCHIVE"


def test_a_part_that_unpacks_two_hundredfold_is_refused_by_the_directory(tmp_path: Path) -> None:
    data = zipped(parts('<c r="A2"><v>1</v></c>') | {"xl/media/image1.png": bytes(5_000_000)})
    assert refusal(tmp_path, data).code == "ARCHIVE_BOMB"


def test_a_directory_that_understates_a_part_is_found_while_unpacking(tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>' + " " * 20_000_000
    honest = zipped(parts("", sheet=sheet))
    lying = with_patched_size(honest, "xl/worksheets/sheet1.xml", 900)
    assert refusal(tmp_path, lying).code == "ARCHIVE_BOMB"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"packed_bytes": 500}, "TOO_LARGE"),
        ({"unpacked_bytes": 500}, "ARCHIVE_BOMB"),
        ({"parts": 3}, "ARCHIVE_BOMB"),
        ({"sheets": 0}, "TOO_LARGE"),
        ({"cells": 1}, "TOO_LARGE"),
        ({"area": 3}, "TOO_LARGE"),
        ({"text_bytes": 1}, "TOO_LARGE"),
        ({"tree_bytes": 100}, "TOO_LARGE"),
        ({"row_bytes": 20}, "TOO_LARGE"),
    ],
)
def test_each_limit_is_enforced(tmp_path: Path, changed: dict[str, int], code: str) -> None:
    limit = limits().workbook.model_copy(update=changed)
    assert refusal(tmp_path, zipped(parts('<c r="A2"><v>1</v></c><c r="B2"><v>1</v></c>')), limit).code == code


def test_a_stray_cell_at_the_end_of_the_sheet_cannot_exhaust_memory(tmp_path: Path) -> None:
    far = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    error = refusal(tmp_path, zipped(parts("", sheet=far)))
    assert error.code == "TOO_LARGE"
    assert "1,048,576 rows by 16,384 columns" in error.message


def test_a_column_that_does_not_exist_cannot_exhaust_memory(tmp_path: Path) -> None:
    far = f'<worksheet xmlns="{MAIN}"><sheetData><row r="900"><c r="ZZZZ900"><v>1</v></c></row></sheetData></worksheet>'
    assert refusal(tmp_path, zipped(parts("", sheet=far))).code == "TOO_LARGE"


def test_formatted_blanks_far_away_are_no_stray_cells(tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    sheet += '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData></worksheet>'
    assert opened(tmp_path, zipped(parts("", sheet=sheet))).rows("S") == [[1.0]]


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_a_dtd_in_any_part_is_refused(tmp_path: Path, part: str) -> None:
    files = parts('<c r="A2"><v>1</v></c>')
    files[part] = '<!DOCTYPE x [<!ENTITY a "b">]>' + files[part]
    assert refusal(tmp_path, zipped(files)).code == "BAD_XML"


def test_an_encoding_that_hides_a_dtd_is_refused(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = dict(parts('<c r="A2"><v>1</v></c>'))
    files["xl/worksheets/sheet1.xml"] = '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'.encode("utf-16")
    assert refusal(tmp_path, zipped(files)).code == "BAD_XML"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_broken_xml_is_refused(tmp_path: Path, part: str) -> None:
    files = parts('<c r="A2"><v>1</v></c>')
    files[part] = files[part].replace("</", "<", 1)
    assert refusal(tmp_path, zipped(files)).code == "BAD_XML"


CELLS = [
    ('<c r="B2"><v>1.5</v></c>', 1.5, "number", 1.5, None),
    ('<c r="B2" t="b"><v>1</v></c>', True, "boolean", 1.0, None),
    ('<c r="B2" t="s"><v>1</v></c>', "text", "text", None, "text"),
    ('<c r="B2" t="s"><v>2</v></c>', "  ", "text", None, "  "),
    ('<c r="B2" t="inlineStr"><is><t>in</t></is></c>', "in", "text", None, "in"),
    ('<c r="B2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab", "text", None, "ab"),
    ('<c r="B2" t="str"><f>A1</f><v xml:space="preserve"> q</v></c>', " q", "text", None, " q"),
    ('<c r="B2" s="1"><v>42452</v></c>', dt.date(2016, 3, 23), "date", None, "2016-03-23"),
    ('<c r="B2" s="3"><v>42452.5</v></c>', dt.datetime(2016, 3, 23, 12), "datetime", None, "2016-03-23T12:00:00"),
    ('<c r="B2" s="1"><v>0</v></c>', dt.time(0, 0), "time", None, "00:00:00"),
    ('<c r="B2" s="2"><v>1.5</v></c>', dt.timedelta(days=1, hours=12), "duration", None, "P1DT12H0M0S"),
    ('<c r="B2" t="e"><v>#N/A</v></c>', "#N/A", "error", None, "#N/A"),
    ('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!", "error", None, "#DIV/0!"),
]


@pytest.mark.parametrize(("xml", "value", "cell_type", "number", "text"), CELLS)
def test_every_kind_of_cell_is_read_and_counted_once(
    tmp_path: Path, xml: str, value: object, cell_type: str, number: float | None, text: str | None
) -> None:
    book = opened(tmp_path, zipped(parts(xml)))
    assert book.rows("S") == [["", ""], ["", value]]
    expected = {"sheet": "S", "row": 2, "column": 2, "cell_type": cell_type, "number_value": number, "text_value": text}
    assert book.cells().to_pylist() == [expected]
    assert book.cells_in_file == 1


@pytest.mark.parametrize(
    "xml",
    [
        '<c r="B2" s="1"/>',
        '<c r="B2"><v></v></c>',
        '<c r="B2" t="s"><v>0</v></c>',
        '<c r="B2" t="inlineStr"><is><t></t></is></c>',
        '<c r="B2" t="inlineStr"><is><t>  </t></is></c>',  # without xml:space blanks are layout of the file
        '<c r="B2" t="inlineStr"><is><t/></is></c>',
        '<c r="B2" t="str"><f>A1</f><v></v></c>',
        '<c r="B2" t="str"><f>A1</f><v/></c>',
    ],
)
def test_a_cell_without_content_is_no_cell(tmp_path: Path, xml: str) -> None:
    book = opened(tmp_path, zipped(parts(xml)))
    assert (book.cells().num_rows, book.cells_in_file) == (0, 0)
    assert book.formulas_without_value("S") == frozenset()


@pytest.mark.parametrize(
    "xml",
    [
        '<c r="C2"><f>A1</f></c>',
        '<c r="C2"><f>A1</f><v></v></c>',
        '<c r="C2"><f>A1</f><v /></c>',
        '<c r="C2" t="str"><f>A1</f></c>',
        '<c r="C2"><f t="shared" si="0"/></c>',
    ],
)
def test_a_formula_without_a_cached_value_is_neither_empty_nor_a_cell(tmp_path: Path, xml: str) -> None:
    book = opened(tmp_path, zipped(parts('<c r="A2"><v>7</v></c>' + xml)))
    assert book.rows("S")[1] == [7.0, "", NO_VALUE]
    assert book.formulas_without_value("S") == {(1, 2)}
    assert (book.cells().num_rows, book.cells_in_file) == (1, 1)


def test_errors_are_no_text(tmp_path: Path) -> None:
    book = opened(
        tmp_path, zipped(parts('<c r="A2" t="e"><v>#N/A</v></c><c r="B2" t="inlineStr"><is><t>#N/A</t></is></c>'))
    )
    error, text = book.rows("S")[1]
    assert isinstance(error, CellError)
    assert not isinstance(text, CellError)


def test_an_empty_error_cell_does_not_take_its_neighbours_value(tmp_path: Path) -> None:
    book = opened(tmp_path, zipped(parts('<c r="A2" t="e"/><c r="B2"><v>5</v></c>')))
    assert book.rows("S")[1] == ["", 5.0]


def test_cells_without_addresses_follow_their_left_neighbour(tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row><c><v>1</v></c></row>'
    sheet += '<row><c><v>2</v></c><c t="e"><v>#REF!</v></c><c><f>A1</f></c></row></sheetData></worksheet>'
    book = opened(tmp_path, zipped(parts("", sheet=sheet)))
    assert book.rows("S") == [[1.0, "", ""], [2.0, "#REF!", NO_VALUE]]


def test_attributes_in_single_quotes_are_read_too(tmp_path: Path) -> None:
    book = opened(
        tmp_path, zipped(parts("<c r='A2' t='e'><v>#N/A</v></c><c r='B2'><f>A1</f></c><c r='C2' t='s'><v>0</v></c>"))
    )
    assert book.rows("S")[1] == ["#N/A", NO_VALUE, ""]
    assert (book.cells().num_rows, book.cells_in_file) == (1, 1)


def test_prefixed_elements_are_counted_too(tmp_path: Path) -> None:
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c>'
    sheet += (
        '<x:c r="B1" t="e"><x:v>#N/A</x:v></x:c><x:c r="C1"><x:f>A1</x:f></x:c></x:row></x:sheetData></x:worksheet>'
    )
    book = opened(tmp_path, zipped(parts("", sheet=sheet)))
    assert book.rows("S") == [[1.0, "#N/A", NO_VALUE]]
    assert (book.cells().num_rows, book.cells_in_file) == (2, 2)


def test_the_1904_date_system_shifts_serials_by_four_years_and_a_day(tmp_path: Path) -> None:
    # 1904-01-01 is serial 0 of the one system and 1462 of the other.
    book = opened(tmp_path, zipped(parts('<c r="A2" s="1"><v>1</v></c>', properties='<workbookPr date1904="1"/>')))
    assert book.date_system == 1904
    assert book.rows("S")[1][0] == dt.date(1904, 1, 2) == serial_date(1463, 1900) == serial_date(1, 1904)


@pytest.mark.parametrize("serial", [0, 60, -1, 42452.5, 9e9])
def test_serials_that_are_no_day_are_refused(serial: float) -> None:
    assert serial_date(serial, 1900) is None


def test_defined_names_keep_their_scope_and_dangling_ones_are_marked(tmp_path: Path) -> None:
    names = '<definedName name="Whole">\'S\'!$A$1:$B$9</definedName><definedName name="Own" localSheetId="0">S!$C$3</definedName>'
    names += '<definedName name="Lost">#REF!$A$1</definedName><definedName name="Other">"text"</definedName>'
    found = {name.name: name for name in opened(tmp_path, zipped(parts("", names=names))).defined_names}
    assert found["Whole"].scope is None
    area = found["Whole"].area
    assert area is not None
    assert (area.sheet, area.first_row, area.first_column, area.last_row, area.last_column) == ("S", 0, 0, 8, 1)
    assert found["Own"].scope == "S"
    assert [found[name].is_dangling for name in ("Whole", "Own", "Lost", "Other")] == [False, False, True, False]
    assert found["Other"].area is None


def test_hidden_sheets_are_read_and_chart_sheets_are_not(tmp_path: Path) -> None:
    files = parts('<c r="A2"><v>1</v></c>')
    sheets = '<sheet name="S" sheetId="1" state="veryHidden" r:id="r1"/><sheet name="Chart" sheetId="2" r:id="r2"/>'
    files["xl/workbook.xml"] = files["xl/workbook.xml"].replace('<sheet name="S" sheetId="1" r:id="r1"/>', sheets)
    files["xl/chartsheets/sheet1.xml"] = f'<chartsheet xmlns="{MAIN}"/>'
    book = opened(tmp_path, zipped(files))
    assert book.sheet_names == ("S",)
    assert book.hidden_sheets == {"S"}
    assert book.rows("S")[1] == [1.0]


SOUND = zipped(parts('<c r="A2"><v>1</v></c><c r="B2" t="s"><v>1</v></c><c r="C2"><f>A2</f></c>'))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    data = bytearray(SOUND)
    for place, byte in damage:
        data[place] = byte
    with contextlib.suppress(FileRejected):
        book = opened(tmp_path, bytes(data))
        assert book.cells().num_rows == book.cells_in_file


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e12, 1e12, allow_subnormal=False),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=8).filter(lambda t: not t.startswith("=")),
    st.dates(dt.date(1950, 1, 1), dt.date(2199, 1, 1)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=6))
def test_the_cells_table_is_what_a_plain_loop_finds(tmp_path: Path, rows: list[list[object]]) -> None:
    new = NewWorkbook()
    sheet = new.worksheets[0]
    for row in rows:
        sheet.append(row)
    new.save(tmp_path / "random.xlsx")
    book = open_workbook(tmp_path / "random.xlsx", "random.xlsx")
    plain = [
        (r, c, value if isinstance(value, int | float) else None)
        for r, row in enumerate(book.rows("Sheet"), start=1)
        for c, value in enumerate(row, start=1)
        if value != ""
    ]
    cells = book.cells().to_pylist()
    assert [(cell["row"], cell["column"], cell["number_value"]) for cell in cells] == plain
    assert book.cells_in_file == len(cells)
    assert all((cell["number_value"] is None) != (cell["text_value"] is None) for cell in cells)
    stated = [
        (r, c) for r, row in enumerate(rows, start=1) for c, value in enumerate(row, start=1) if value not in (None, "")
    ]
    assert [(cell["row"], cell["column"]) for cell in cells] == stated
