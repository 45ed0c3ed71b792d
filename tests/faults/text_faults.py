"""Faults of texts: cells and headers of delimited files, encodings, XML and JSON documents."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from random import Random

from tests.faults.drafts import CSV, JSON, TEXT, XML, Draft, fault

CELLS, HEADERS, ENCODINGS, XML_FAULTS, JSON_FAULTS = "cells", "headers", "encodings", "XML", "JSON"
HOSTILE_TEXTS = (
    "=HYPERLINK(\"http://x\")", "+1+1", "-1-1", "@SUM(A1)", "\tx", "NaN", "inf", "-Infinity", "1e400", "9" * 60, "0x1F", "1_000",
    "#REF!", "#N/A", "TRUE", "\u0000", "\u0007bell", "\u202e", "x'; drop table raw.loads; --", "x" * 40_000, "-0", "١٢٣",
    "2025-02-30", "0001-01-01", "9999-12-31", "31/12/2024", "1.2.3", "1,000", "(5)", "€5", "50%", "null", "None", "{{ x }}", "{0}",
)  # fmt: skip


def _edited(rng: Random, text: str, value: str, many: bool) -> str:
    lines = text.split("\n")
    body = [number for number in range(1, len(lines)) if "," in lines[number]]
    for number in rng.sample(body, max(1, len(body) // 4)) if many and body else body[:1] or []:
        cells = lines[number].split(",")
        cells[rng.randrange(len(cells))] = (
            value if not set(value) & set(',"\n\r') else '"' + value.replace('"', '""') + '"'
        )
        lines[number] = ",".join(cells)
    return "\n".join(lines)


def _text(draft: Draft) -> str:
    return draft.data.decode("utf-8-sig", "replace")


def _with(draft: Draft, text: str) -> Draft:
    return replace(draft, data=text.encode("utf-8", "surrogatepass"))


# --- cells --------------------------------------------------------------------------------------------------------------
@fault(CELLS, CSV, TEXT)
def hostile_values(rng: Random, draft: Draft) -> Draft:
    text = _text(draft)
    for _ in range(6):
        text = _edited(rng, text, rng.choice(HOSTILE_TEXTS), many=False) if rng.random() < 0.3 else text
        text = _edited(rng, text, rng.choice(HOSTILE_TEXTS), many=True)
    return _with(draft, text)


@fault(CELLS, CSV)
def too_many_cells(rng: Random, draft: Draft) -> Draft:
    lines = _text(draft).split("\n")
    lines[rng.randrange(1, len(lines))] += ",one,more"
    return _with(draft, "\n".join(lines))


@fault(CELLS, CSV)
def rows_repeated(rng: Random, draft: Draft) -> Draft:
    lines = _text(draft).rstrip("\n").split("\n")
    return _with(draft, "\n".join([*lines, *rng.choices(lines[1:], k=min(len(lines), 50))]) + "\n")


@fault(CELLS, JSON)
def hostile_values_in_json(rng: Random, draft: Draft) -> Draft:
    quoted = re.compile(r'(: ?)("[^"\\]*"|[0-9.]+)')
    chosen = [
        "null",
        "[]",
        "{}",
        "true",
        '"=1+1"',
        '"' + "x" * 40_000 + '"',
        "1e400",
        "-0",
        '"\\u0000"',
        '"\\ud800"',
        "9" * 60,
    ]
    return _with(
        draft, quoted.sub(lambda m: m[1] + (rng.choice(chosen) if rng.random() < 0.15 else m[2]), _text(draft))
    )


@fault(CELLS, XML)
def hostile_values_in_xml(rng: Random, draft: Draft) -> Draft:
    chosen = [
        "",
        "NaN",
        "-1e400",
        "=1+1",
        "2025-02-30",
        "9" * 60,
        "x" * 40_000,
        "&#1234;",
        "&lt;a&gt;",
        "x'; drop table raw.loads; --",
    ]
    text = re.sub(
        r">([^<>\s][^<>]*)<", lambda m: f">{rng.choice(chosen) if rng.random() < 0.1 else m[1]}<", _text(draft)
    )
    return _with(draft, text)


# --- headers ------------------------------------------------------------------------------------------------------------
def _header(draft: Draft, cells: list[str]) -> Draft:
    return _with(draft, ",".join(cells) + "\n" + _text(draft).partition("\n")[2])


def _header_cells(draft: Draft) -> list[str]:
    return _text(draft).partition("\n")[0].rstrip("\r").split(",")


@fault(HEADERS, CSV, TEXT)
def no_header(_: Random, draft: Draft) -> Draft:
    return _with(draft, _text(draft).partition("\n")[2])


@fault(HEADERS, CSV)
def doubled_header(rng: Random, draft: Draft) -> Draft:
    cells = _header_cells(draft)
    cells[rng.randrange(len(cells))] = rng.choice(cells).upper()
    return _header(draft, cells)


@fault(HEADERS, CSV)
def renamed_header(rng: Random, draft: Draft) -> Draft:
    cells = _header_cells(draft)
    cells[rng.randrange(len(cells))] = rng.choice(
        ("", "x'; drop table raw.loads; --", "=1+1", "ß" * 500, "\u0000", "_load_id", "organization_id")
    )
    return _header(draft, cells)


@fault(HEADERS, CSV)
def column_left_out(rng: Random, draft: Draft) -> Draft:
    out = rng.randrange(len(_header_cells(draft)))
    lines = [line.split(",") for line in _text(draft).split("\n")]
    return _with(draft, "\n".join(",".join(cells[:out] + cells[out + 1 :]) for cells in lines))


@fault(HEADERS, CSV, TEXT)
def rows_shifted_down(rng: Random, draft: Draft) -> Draft:
    return _with(draft, "\n".join(["a title"] + [""] * rng.choice((1, 5, 9, 12))) + "\n" + _text(draft))


@fault(HEADERS, CSV, TEXT)
def header_alone(_: Random, draft: Draft) -> Draft:
    return _with(draft, _text(draft).partition("\n")[0])


@fault(HEADERS, CSV, TEXT)
def other_delimiter(rng: Random, draft: Draft) -> Draft:
    return _with(draft, _text(draft).replace(",", rng.choice((";", "\t", "|", "\x01", "  "))))


# --- encodings ----------------------------------------------------------------------------------------------------------
@fault(ENCODINGS, CSV, TEXT, JSON, XML)
def other_encoding(rng: Random, draft: Draft) -> Draft:
    encoding = rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "latin-1", "cp1252", "cp500"))
    return replace(draft, data=(_text(draft) + "é\n").encode(encoding, "replace"))


@fault(ENCODINGS, CSV, TEXT, JSON, XML)
def bytes_of_latin_1(rng: Random, draft: Draft) -> Draft:
    at = rng.randrange(len(draft.data))
    return replace(draft, data=draft.data[:at] + "éü".encode("latin-1") + draft.data[at:])


@fault(ENCODINGS, CSV, TEXT, JSON, XML)
def marks_of_byte_order(rng: Random, draft: Draft) -> Draft:
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF8 * 2, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE)
    return replace(draft, data=rng.choice(marks) + draft.data)


@fault(ENCODINGS, CSV, TEXT, JSON, XML)
def zero_bytes(rng: Random, draft: Draft) -> Draft:
    data = bytearray(draft.data)
    for _ in range(rng.randint(1, 5)):
        data.insert(rng.randrange(len(data)), 0)
    return replace(draft, data=bytes(data))


@fault(ENCODINGS, CSV, TEXT, JSON)
def mixed_line_ends(rng: Random, draft: Draft) -> Draft:
    ends = ("\n", "\r\n", "\r", "\u2028", "\x0b", "\n\r")
    return _with(draft, "".join(line + rng.choice(ends) for line in _text(draft).splitlines()))


@fault(ENCODINGS, CSV, TEXT)
def open_quotes(rng: Random, draft: Draft) -> Draft:
    text = _text(draft)
    at = rng.randrange(len(text))
    return _with(draft, text[:at] + rng.choice(('"', '""x"', '\n"', ',"a"b,')) + text[at:])


@fault(ENCODINGS, CSV, TEXT, JSON, XML)
def lone_surrogates(rng: Random, draft: Draft) -> Draft:
    at = rng.randrange(len(draft.data))
    return replace(draft, data=draft.data[:at] + b"\xed\xa0\x80" + draft.data[at:])


# --- XML ----------------------------------------------------------------------------------------------------------------
LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(12)
)  # twelve levels of tenfold: a billion of them


def doctype(draft: Draft, internal: str, root: str = "x") -> bytes:
    """The document with a document type behind its declaration."""
    found = re.match(rb"\s*<\?xml[^>]*\?>", draft.data)
    end = found.end() if found else 0
    return draft.data[:end] + f"<!DOCTYPE {root} [{internal}]>".encode() + draft.data[end:]


@fault(XML_FAULTS, XML)
def billion_laughs(_: Random, draft: Draft) -> Draft:
    return replace(draft, data=re.sub(rb">[^<>\s]+<", b">&l11;<", doctype(draft, LAUGHS), count=1))


@fault(XML_FAULTS, XML)
def external_entity(rng: Random, draft: Draft) -> Draft:
    target = rng.choice(("file:///etc/passwd", "http://127.0.0.1:9/x", "file:///dev/zero"))
    return replace(
        draft, data=re.sub(rb">[^<>\s]+<", b">&e;<", doctype(draft, f'<!ENTITY e SYSTEM "{target}">'), count=1)
    )


@fault(XML_FAULTS, XML)
def broken_tags(rng: Random, draft: Draft) -> Draft:
    at = rng.choice([m.start() for m in re.finditer(rb"<", draft.data)])
    return replace(
        draft, data=draft.data[:at] + rng.choice((b"", b"<", b"</", b"<a b=<", b"<![CDATA[")) + draft.data[at + 1 :]
    )


@fault(XML_FAULTS, XML)
def deep_nesting(rng: Random, draft: Draft) -> Draft:
    deep, end = rng.choice((65, 2_000, 500_000)), draft.data.rindex(b"</")
    return replace(draft, data=draft.data[:end] + b"<a>" * deep + b"</a>" * deep + draft.data[end:])


@fault(XML_FAULTS, XML)
def huge_attribute(rng: Random, draft: Draft) -> Draft:
    end = draft.data.rindex(b"</")
    huge = b'<a b="' + b"x" * rng.choice((100_000, 50_000_000)) + b'"/>'
    return replace(draft, data=draft.data[:end] + huge + draft.data[end:])


@fault(XML_FAULTS, XML)
def many_attributes(_: Random, draft: Draft) -> Draft:
    end = draft.data.rindex(b"</")
    return replace(
        draft,
        data=draft.data[:end] + b"<a" + b"".join(b' a%d="1"' % n for n in range(200_000)) + b"/>" + draft.data[end:],
    )


@fault(XML_FAULTS, XML)
def many_namespaces(_: Random, draft: Draft) -> Draft:
    end = draft.data.rindex(b"</")
    return replace(
        draft,
        data=draft.data[:end]
        + b"".join(b'<n%d:a xmlns:n%d="u%d"/>' % (n, n, n) for n in range(100_000))
        + draft.data[end:],
    )


@fault(XML_FAULTS, XML)
def elements_repeated(rng: Random, draft: Draft) -> Draft:
    found = rng.choice(list(re.finditer(rb"<(\w+)[^<>]*>[^<>]*</\1>", draft.data)))
    return replace(
        draft, data=draft.data[: found.end()] + found.group(0) * rng.choice((1, 1000)) + draft.data[found.end() :]
    )


@fault(XML_FAULTS, XML)
def elements_left_out(rng: Random, draft: Draft) -> Draft:
    found = rng.choice(list(re.finditer(rb"<(\w+)[^<>]*>[^<>]*</\1>", draft.data)))
    return replace(draft, data=draft.data[: found.start()] + draft.data[found.end() :])


# --- JSON ---------------------------------------------------------------------------------------------------------------
@fault(JSON_FAULTS, JSON)
def broken_json(rng: Random, draft: Draft) -> Draft:
    at = rng.randrange(len(draft.data))
    return replace(
        draft,
        data=draft.data[:at] + rng.choice((b"", b",", b"]", b"NaN", b"/* */", b"'", b"\\")) + draft.data[at + 1 :],
    )


@fault(JSON_FAULTS, JSON)
def deep_json(rng: Random, draft: Draft) -> Draft:
    deep = rng.choice((65, 900, 5_000, 1_000_000))
    return replace(
        draft,
        data=rng.choice((b"[", b'{"a":')) * deep
        + (b"" if rng.random() < 0.3 else b"1")
        + (b"]" if deep == 65 else b"") * deep,
    )


@fault(JSON_FAULTS, JSON)
def keys_twice(rng: Random, draft: Draft) -> Draft:
    found = rng.choice(list(re.finditer(rb'"\w+": ?("[^"]*"|[\d.]+)', draft.data)))
    return replace(draft, data=draft.data[: found.end()] + b", " + found.group(0) + draft.data[found.end() :])


@fault(JSON_FAULTS, JSON)
def keys_that_are_hostile(rng: Random, draft: Draft) -> Draft:
    key = rng.choice(
        (
            b"x'; drop table raw.loads; --",
            b"__proto__",
            b"\\u0000",
            b"k" * 100_000,
            b"",
            b"organization_id",
            b"_load_id",
        )
    )
    found = rng.choice(list(re.finditer(rb'"(\w+)":', draft.data)))
    return replace(draft, data=draft.data[: found.start(1)] + key + draft.data[found.end(1) :])


@fault(JSON_FAULTS, JSON)
def another_shape(rng: Random, draft: Draft) -> Draft:
    return replace(
        draft,
        data=rng.choice(
            (
                b"[]",
                b"{}",
                b'""',
                b"[[]]",
                b'{"a": {}}',
                b"[1, 2]",
                b'[{"a": [1]}]',
                b'{"USD": 1}',
                b"[" + draft.data + b"]",
            )
        ),
    )
