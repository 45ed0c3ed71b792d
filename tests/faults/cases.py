"""Draws cases: a sound file of the demo and one fault of it, the same for the same seed. What becomes of a case does not belong here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ingestion.samples.bad_files import Recipe, write_bad_file
from ingestion.samples.demo import write_demo
from tests.end_to_end.bad_files import small_workbook
from tests.faults import bytes_faults, text_faults, workbook_faults
from tests.faults.drafts import CSV, FAULTS, JSON, TEXT, WORKBOOK, XML, Draft, Fault

MODULES = (bytes_faults, text_faults, workbook_faults)  # their faults are registered once they are imported
FAMILIES = tuple(dict.fromkeys(fault.family for fault in FAULTS.values()))
QUICK_PARTS = ("market", "prices", "bank", "portals")
FORM_OF = {".xlsx": WORKBOOK, ".csv": CSV, ".json": JSON, ".xml": XML, ".txt": TEXT}
SMALL = {"fund": "fund.xlsx", "nav": "nav.xlsx", "nport": "nport.xml"}  # sound bases of the samples of wrong files
LARGEST = 150_000  # bytes of a sound file that is worth spoiling


@dataclass(frozen=True)
class Case:
    """One spoilt file. `number` and the seed draw it again."""

    number: int
    fault: Fault
    base: str
    draft: Draft

    @property
    def title(self) -> str:
        return f"{self.fault.family} / {self.fault.name} / {self.base}"


def sound_files(folder: Path, parts: Sequence[str] = QUICK_PARTS) -> dict[str, Draft]:
    """Small sound files by their place in the demo's inbox, with their sidecars without the organisation, so that any folder may
    take them."""
    write_demo(folder, parts=parts)
    small_workbook(folder / "clo" / "clo_workbook.xlsx")
    for base, name in SMALL.items():
        write_bad_file(folder / "small" / name, Recipe(base=base))
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix not in FORM_OF or path.stat().st_size > LARGEST:
            continue
        sidecar = path.with_name(path.name + ".feed.yaml")
        declared = None
        if sidecar.exists():
            lines = sidecar.read_text(encoding="utf-8").splitlines(keepends=True)
            declared = "".join(line for line in lines if not line.startswith("organization_")).encode()
        found[path.relative_to(folder).as_posix()] = Draft(FORM_OF[path.suffix], path.name, path.read_bytes(), declared)
    return found


def drawn(seed: int, number: int, files: Mapping[str, Draft]) -> Case:
    """The case of this number: the families take turns, within each its faults do; the file is drawn by chance."""
    turn, family = divmod(number, len(FAMILIES))
    faults = [fault for fault in FAULTS.values() if fault.family == FAMILIES[family]]
    Random(seed).shuffle(faults)
    return spoilt(seed, number, faults[turn % len(faults)], files)


def spoilt(seed: int, number: int, fault: Fault, files: Mapping[str, Draft]) -> Case:
    """One fault done to a file that chance picks among those that may have it."""
    rng = Random(f"{seed} {number}")
    form = rng.choice(sorted({draft.form for draft in files.values()} & set(fault.forms)))
    base = rng.choice([name for name, draft in files.items() if draft.form == form])
    return Case(number, fault, base, fault.change(rng, files[base]))
