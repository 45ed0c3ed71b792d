"""Writes the samples of wrong files: a few sound files of each kind, and every way in which one of them is spoilt.

What must become of them stands in `bad/expected.json`, written by hand. The same recipes give the same bytes.
Source: input-contracts 1.4, 6.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter
from xlsxwriter.utility import xl_cell_to_rowcol

from ingestion.samples.grid import Formula, Grid, Value, write_workbook

BAD = Path(__file__).parent / "bad"
BASES = Path(__file__).parent / "bad_bases.yaml"
CASES = Path(__file__).parent / "bad_cases.yaml"
SIDECAR_SUFFIX = ".feed.yaml"
ZIP_DATE = (2016, 3, 23, 9, 0, 0)  # a member of an archive must not carry the time of writing


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FormulaCell(_Frozen):
    formula: str
    result: str = ""


Cell = bool | int | float | dt.date | FormulaCell | str | None
Rows = tuple[tuple[Cell, ...], ...]
Blocks = Mapping[str, Rows]  # rows of cells by the address of the first


class Base(_Frozen):
    """A sound file: a workbook as blocks of cells by sheet, or a text."""

    sheets: Mapping[str, Blocks] = {}
    text: str = ""


class DefinedName(_Frozen):
    sheet: str
    name: str
    area: str
    is_scoped: bool = True


class Recipe(_Frozen):
    """How one file is made: from a base or from nothing, changed in the order of the fields.

    `is_built_in_tests`: too large, or too like a harmful file, to be committed.
    """

    base: str | None = None
    sheets: Mapping[str, Blocks] = {}  # added to the base's, block by block
    without_sheets: tuple[str, ...] = ()
    renamed: Mapping[str, str] = {}
    cells: Mapping[str, Cell] = {}  # by "sheet!address"; null empties a cell
    names: tuple[DefinedName, ...] = ()
    text: str = ""
    replaced: Mapping[str, str] = {}  # parts of the text
    encoding: str = "utf-8"
    hex: str = ""
    members: Mapping[str, str] = {}  # of a zip archive
    padding: int = 0  # spaces behind the text
    filler: int = 0  # zero bytes: in every member of an archive, else behind the text
    cut_at: int | None = None  # bytes that are left of the file
    sidecar: Mapping[str, str] = {}
    is_built_in_tests: bool = False


@cache
def recipes() -> Mapping[str, Mapping[str, Recipe]]:
    """Every case with its files by their path below `bad`, in the order of delivery.

    A case of one file is that file; a case of several is a folder. Raises pydantic's ValidationError for a malformed recipe.
    """
    document = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    found: dict[str, Mapping[str, Recipe]] = {}
    for name, entry in document.items():
        if "files" in entry:
            files = TypeAdapter(dict[str, Recipe]).validate_python(entry["files"])
            found[name] = {f"{name}/{path}": recipe for path, recipe in files.items()}
        else:
            found[name.partition(".")[0]] = {name: Recipe.model_validate(entry)}
    return found


@cache
def _bases() -> Mapping[str, Base]:
    document = yaml.safe_load(BASES.read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Base]).validate_python(document)


def write_bad_files(folder: Path) -> list[Path]:
    """Write every file that is kept with the code below `folder`, sidecars included; returns them."""
    written = []
    for files in recipes().values():
        for path, recipe in files.items():
            if not recipe.is_built_in_tests:
                written += write_bad_file(folder / path, recipe)
    return written


def write_bad_file(path: Path, recipe: Recipe) -> list[Path]:
    """Write one file and its sidecar, if it has one; returns them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    base = _bases()[recipe.base] if recipe.base else Base()
    if base.sheets or recipe.sheets:
        write_workbook(path, _grids(base, recipe), title="Wrong on purpose")
    elif recipe.members:
        path.write_bytes(_archive(recipe))
    else:
        path.write_bytes(_text(base, recipe))
    if recipe.cut_at is not None:
        path.write_bytes(path.read_bytes()[: recipe.cut_at])
    if not recipe.sidecar:
        return [path]
    sidecar = path.with_name(path.name + SIDECAR_SUFFIX)
    sidecar.write_text("".join(f"{key}: {value}\n" for key, value in recipe.sidecar.items()), encoding="utf-8")
    return [path, sidecar]


def _text(base: Base, recipe: Recipe) -> bytes:
    text = base.text + recipe.text + " " * recipe.padding
    for old, new in recipe.replaced.items():
        if old not in text:
            raise ValueError(f"{CASES.name}: expected {old!r} in the text that it is replaced in, found it nowhere")
        text = text.replace(old, new)
    return bytes.fromhex(recipe.hex) + text.encode(recipe.encoding) + bytes(recipe.filler)


def _archive(recipe: Recipe) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in recipe.members.items():
            member = zipfile.ZipInfo(name, ZIP_DATE)
            archive.writestr(member, text.encode() + bytes(recipe.filler), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _grids(base: Base, recipe: Recipe) -> list[Grid]:
    blocks = {name: dict(sheet) for name, sheet in base.sheets.items() if name not in recipe.without_sheets}
    for name, added in recipe.sheets.items():
        blocks[name] = blocks.get(name, {}) | dict(added)
    grids = {}
    for name, sheet in blocks.items():
        grid = grids[name] = Grid(recipe.renamed.get(name, name))
        for address, rows in sheet.items():
            row, column = xl_cell_to_rowcol(address)
            grid.table(row + 1, column + 1, (map(_value, cells) for cells in rows))
    for place, cell in recipe.cells.items():
        name, _, address = place.rpartition("!")
        row, column = xl_cell_to_rowcol(address)
        grids[name].cells.pop((row + 1, column + 1), None)
        grids[name].put(row + 1, column + 1, _value(cell))
    for defined in recipe.names:
        grids[defined.sheet].names.append((defined.name, defined.area, defined.is_scoped))
    return list(grids.values())


def _value(cell: Cell) -> Value:
    return Formula(cell.formula, cell.result) if isinstance(cell, FormulaCell) else cell
