"""Faults of bytes, of file names and of sidecars: what may befall a file of any form."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.faults.drafts import CSV, JSON, TEXT, XML, Draft, fault

BYTES, NAMES, SIDECARS = "raw bytes", "file names", "sidecars"
NAME_BYTES = 255  # of a file, on the file systems in use


# --- raw bytes ----------------------------------------------------------------------------------------------------------
@fault(BYTES)
def flipped_bits(rng: Random, draft: Draft) -> Draft:
    data = bytearray(draft.data)
    for _ in range(rng.randint(1, 40)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return replace(draft, data=bytes(data))


@fault(BYTES)
def truncated(rng: Random, draft: Draft) -> Draft:
    return replace(draft, data=draft.data[: rng.randrange(1, len(draft.data))])


@fault(BYTES)
def cut_at_the_front(rng: Random, draft: Draft) -> Draft:
    return replace(draft, data=draft.data[rng.randrange(1, len(draft.data)) :])


@fault(BYTES)
def rubbish_appended(rng: Random, draft: Draft) -> Draft:
    return replace(draft, data=draft.data + rng.randbytes(rng.randint(1, 5000)))


@fault(BYTES)
def rubbish_in_front(rng: Random, draft: Draft) -> Draft:
    return replace(draft, data=rng.randbytes(rng.randint(1, 50)) + draft.data)


@fault(BYTES)
def block_zeroed(rng: Random, draft: Draft) -> Draft:
    at, size = rng.randrange(len(draft.data)), rng.randint(1, 512)
    return replace(draft, data=draft.data[:at] + bytes(size) + draft.data[at + size :])


@fault(BYTES)
def block_repeated(rng: Random, draft: Draft) -> Draft:
    at, size = rng.randrange(len(draft.data)), rng.randint(1, 2000)
    return replace(draft, data=draft.data[: at + size] + draft.data[at:])


@fault(BYTES)
def no_bytes(_: Random, draft: Draft) -> Draft:
    return replace(draft, data=b"")


@fault(BYTES)
def nothing_but_noise(rng: Random, draft: Draft) -> Draft:
    return replace(draft, data=rng.randbytes(rng.randint(1, 20_000)))


@fault(BYTES)
def written_twice(_: Random, draft: Draft) -> Draft:
    return replace(draft, data=draft.data * 2)


# --- file names ---------------------------------------------------------------------------------------------------------
def _named(draft: Draft, stem: str) -> Draft:
    suffix = "." + draft.name.rpartition(".")[2]
    # A sidecar's name is longer than its file's; where it would not fit, the file comes without one.
    room = NAME_BYTES - len(suffix) - (len(".feed.yaml") if draft.sidecar is not None else 0)
    kept = stem.encode()[:room].decode(errors="ignore")
    return replace(draft, name=kept + suffix)


@fault(NAMES)
def in_other_scripts(rng: Random, draft: Draft) -> Draft:
    return _named(draft, rng.choice(("報告書", "отчёт", "zaźółć gęślą", "e\u0301tat", "\u202etxt.exe", "📈📉")))


@fault(NAMES)
def with_spaces(_: Random, draft: Draft) -> Draft:
    return _named(draft, "  a report  of   March ")


@fault(NAMES)
def leading_dash(_: Random, draft: Draft) -> Draft:
    return _named(draft, "--home=elsewhere")


@fault(NAMES)
def very_long(rng: Random, draft: Draft) -> Draft:
    return _named(draft, rng.choice(("a", "ä", "報")) * 300)


@fault(NAMES)
def reserved_elsewhere(rng: Random, draft: Draft) -> Draft:
    return _named(draft, rng.choice(("CON", "aux", "NUL", "COM1", "a:b", "a<b>c|d?e*f")))


@fault(NAMES)
def quotes_and_statements(rng: Random, draft: Draft) -> Draft:
    return _named(
        draft, rng.choice(("x'; drop table raw.loads; --", 'x"; select 1', "{{ 1 }}", "%s%n", "$(id)`id`", "=1+1"))
    )


@fault(NAMES)
def control_characters(_: Random, draft: Draft) -> Draft:
    return _named(draft, "line\nbreak\ttab\x1b[31m")


@fault(NAMES)
def of_another_form(rng: Random, draft: Draft) -> Draft:
    suffix = rng.choice(
        [s for s in (".xlsx", ".csv", ".json", ".xml", ".zip", "") if not draft.name.endswith(s or ".")]
    )
    return replace(draft, name=draft.name.rpartition(".")[0] + suffix)


# --- sidecars -----------------------------------------------------------------------------------------------------------
def _declared(draft: Draft, text: str | bytes) -> Draft:
    return replace(draft, sidecar=text if isinstance(text, bytes) else text.encode())


@fault(SIDECARS)
def broken_yaml(rng: Random, draft: Draft) -> Draft:
    return _declared(
        draft, rng.choice(("kind: [", "a: b: c", "\tkind: x", "%YAML 9.9\n---\nkind: x", "- kind", "'", "? : ?", "!!"))
    )


@fault(SIDECARS)
def bomb_of_anchors(_: Random, draft: Draft) -> Draft:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return _declared(draft, "\n".join(lines))


@fault(SIDECARS)
def deeply_nested_yaml(rng: Random, draft: Draft) -> Draft:
    return _declared(draft, rng.choice(("kind: " + "[" * 30_000, "kind: " + "{a: " * 8_000, "- " * 20_000)))


@fault(SIDECARS)
def object_of_a_program(_: Random, draft: Draft) -> Draft:
    return _declared(draft, 'kind: !!python/object/apply:os.system ["echo harmed"]\n')


@fault(SIDECARS)
def key_twice(_: Random, draft: Draft) -> Draft:
    return _declared(draft, (draft.sidecar or b"") + b"\nfeed_name: one\nfeed_name: two\n")


@fault(SIDECARS)
def unknown_key(_: Random, draft: Draft) -> Draft:
    return _declared(draft, "colour: red\n")


@fault(SIDECARS)
def huge_integers(rng: Random, draft: Draft) -> Draft:
    key = rng.choice(("contract_version", "as_of", "feed_name", "confirm_deletions"))
    return _declared(draft, f"{key}: {'9' * rng.choice((30, 4_000, 60_000))}\n")


@fault(SIDECARS)
def sidecar_in_bytes(rng: Random, draft: Draft) -> Draft:
    return _declared(
        draft,
        rng.choice((b"\xff\xfek\0i\0n\0d\0", b"kind: \x00", b"kind: \xe9t\xe9", rng.randbytes(3000), b"\x1b[2J: a")),
    )


@fault(SIDECARS)
def sidecar_too_long(_: Random, draft: Draft) -> Draft:
    return _declared(draft, "# filling\n" * 100_000)


@fault(SIDECARS)
def another_organisation(rng: Random, draft: Draft) -> Draft:
    name = rng.choice(("alder-capital", "_shared", "x'; drop table raw.loads; --", "../../etc", "", "A B", "a" * 5000))
    return _declared(draft, f'organization_id: "{name}"\n')


@fault(SIDECARS)
def another_kind(rng: Random, draft: Draft) -> Draft:
    kind = rng.choice(
        ("fund_workbook", "clo_workbook", "nav_workbook", "fx_feed", "nport", "no_such_kind", "bank_statement")
    )
    return _declared(draft, f"kind: {kind}\n")


@fault(SIDECARS)
def days_that_are_none(rng: Random, draft: Draft) -> Draft:
    day = rng.choice(
        ("2025-02-30", "0000-00-00", "9999-12-31", "-1", "soon", "2025-01-01T00:00:00+99:99", "1e9", "1800-01-01")
    )
    key = rng.choice(("as_of", "sent_at"))
    return _declared(draft, f"{key}: '{day}'\n")


@fault(SIDECARS)
def hostile_feed_name(rng: Random, draft: Draft) -> Draft:
    name = rng.choice(("x'; drop table raw.loads; --", "a\\nb", "=cmd()", "\\u0000", "ß" * 70, "main\\r\\nkind: x"))
    return _declared(draft, f'feed_name: "{name}"\n')


# --- sizes of texts -------------------------------------------------------------------------------------------------------
SIZES = "sizes"


@fault(SIZES, CSV, TEXT)
def line_of_megabytes(rng: Random, draft: Draft) -> Draft:
    return replace(draft, data=draft.data + b"x" * rng.choice(((1 << 20) - 1, (1 << 20) + 1, 8 << 20)) + b"\n")


@fault(SIZES, CSV, TEXT)
def millions_of_blank_lines(_: Random, draft: Draft) -> Draft:
    return replace(draft, data=draft.data + b"\n" * 120_000_000)


@fault(SIZES, CSV)
def very_wide_and_short_lines(_: Random, draft: Draft) -> Draft:
    """Every line is filled up to the width of the header, so that a few bytes a line become a line as wide."""
    header, _newline, rest = draft.data.partition(b"\n")
    wide = header.rstrip(b"\r") + b"".join(b",x%d" % number for number in range(20_000))
    return replace(draft, data=wide + b"\n" + rest + (rest.splitlines() or [b"1"])[-1][:2].join([b"\n"] * 1_000_000))


@fault(SIZES, CSV)
def very_wide(rng: Random, draft: Draft) -> Draft:
    columns = rng.choice((16_384, 100_000))
    return replace(
        draft, data=b"\n".join(line.rstrip(b"\r") + b",1" * columns for line in draft.data.split(b"\n")[:20])
    )


@fault(SIZES, CSV, TEXT)
def text_of_wide_characters(_: Random, draft: Draft) -> Draft:
    """One character beyond the first plane makes every character of a text four bytes wide in memory."""
    return replace(draft, data=draft.data + "😀\n".encode() + b"# filling of a comment, line after line\n" * 5_000_000)


@fault(SIZES, XML)
def millions_of_elements(_: Random, draft: Draft) -> Draft:
    end = draft.data.rindex(b"</")
    return replace(draft, data=draft.data[:end] + b"<a/>" * 25_000_000 + draft.data[end:])


@fault(SIZES, JSON)
def millions_of_values(rng: Random, draft: Draft) -> Draft:
    value = rng.choice((b"1", b"[]", b"{}", b'"a"', b'{"a":1}'))
    return replace(draft, data=b"[" + b",".join([value] * (100_000_000 // len(value))) + b"]")


@fault(SIZES, JSON)
def huge_numbers_in_json(rng: Random, draft: Draft) -> Draft:
    number = rng.choice((b"9" * 100_000, b"1e999999999", b"-1E+400", b"0." + b"1" * 50_000))
    return replace(draft, data=draft.data.replace(b": 1", b": " + number).replace(b":1", b":" + number))
