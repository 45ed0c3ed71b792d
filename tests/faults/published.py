"""`python -m tests.faults.published --count 60 --seed 1`: spoilt files delivered into a copy of a published home, one run for all of them, and what
the publication says before and after. How one file ends belongs to `mutated`.

Every case comes into an organisation of its own; those that are refused come once more beside the sound file that they were, whose
organisation is published. A publication may tell of an organisation, or change what it says of one, only where the table of loads shows an accepted load of it
with staged rows; what tells of loads also where every row of such a load is quarantined.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from orchestration.running import RunReport, run
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, open_publication
from tests.faults.cases import QUICK_PARTS, Case, drawn, sound_files
from tests.faults.judged import REJECTION, deliver, judge, template

OWN = "fault-{:03d}"
PUBLISHED_PARTS = QUICK_PARTS
HEAVY = ("sizes",)  # told by `mutated`: their cost is in reading, and nothing of them is published
# A run is what these tables are about: they change with every one, and say nothing of an entity.
OF_RUNS = frozenset({"marts.publication", "marts.fact_quality_results", "marts.fact_runs"})
# A load is what these are about, whatever of it is quarantined.
OF_LOADS = frozenset(
    {"marts.dim_organization", "marts.fact_load_reconciliation", "marts.fact_load_reconciliation_summary"}
)


@dataclass(frozen=True)
class Told:
    """What a publication says: by mart and organisation ('' where a mart has none), a hash of the rows and their number."""

    rows: Mapping[tuple[str, str], tuple[int, int]]

    def organizations(self) -> set[str]:
        return {organization for _, organization in self.rows}


def told(home: Path) -> Told:
    with open_publication(Settings(home=home).published_link) as connection:
        return Told(dict(_rows_of(connection)))


def _rows_of(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    marts = connection.execute(
        "select table_schema || '.' || table_name, list(column_name) from information_schema.columns "
        "where table_schema = 'marts' group by 1 order by 1"
    ).fetchall()
    for mart, columns in marts:
        if mart in OF_RUNS:
            continue
        whose = "organization_id" if "organization_id" in columns else "''"
        for organization, count, digest in connection.execute(
            f"select coalesce({whose}, ''), count(*), bit_xor(hash(t::varchar)) from {mart} as t group by 1"
        ).fetchall():
            yield (mart, organization), (count, digest)


def accepted(warehouse: Warehouse, since: int) -> dict[str, bool]:
    """Whether any row of a load is staged, by organisation, of the accepted loads that came after the first `since`."""
    return dict(
        warehouse.rows(
            "select organization_id, bool_or(load_id in (select _load_id from raw.row_counts where rows_staged > 0)) "
            "from (select *, row_number() over (order by load_id) as place from raw.loads) as l "
            "where status = 'loaded' and place > ? group by 1",
            [since],
        )
    )


def drop(case: Case, inbox: Path, is_refused: bool) -> None:
    """Deliver a case to an organisation that has nothing else, and, where it is refused, beside the sound file that it was."""
    deliver(case, inbox / OWN.format(case.number))
    if not is_refused or case.base.partition("/")[0] in ("clo", "small"):
        return
    beside = replace(case.draft, name=f"n{case.number:03d}-{case.draft.name[-200:]}")
    deliver(replace(case, draft=beside), inbox / Path(case.base).parent)


def delivered(home: Path, cases: Sequence[Case], refused: Collection[int]) -> RunReport:
    settings = Settings(home=home, settle_seconds=0)
    for case in cases:
        drop(case, settings.inbox_path, case.number in refused)
    return run(settings)


def breaches(before: Told, after: Told, loads: Mapping[str, bool]) -> list[str]:
    """What the publication says that no accepted load explains."""
    wrong = []
    is_shared_staged = loads.get("_shared", False)
    for key in sorted({*before.rows, *after.rows}):
        mart, organization = key
        if before.rows.get(key) == after.rows.get(key) or loads.get(organization, False) or is_shared_staged:
            continue
        if mart in OF_LOADS and organization in loads:
            continue
        # A mart of no organisation tells of all of them.
        if organization == "" and loads:
            continue
        was, now = before.rows.get(key, (0, 0))[0], after.rows.get(key, (0, 0))[0]
        wrong.append(
            f"{mart} of {organization or 'no organisation'}: {was} rows before, {now} after, without an accepted load"
        )
    return wrong


def published_home(folder: Path) -> Path:
    """A small home with its first publication."""
    home = folder / "home"
    sound_files(home / "inbox", PUBLISHED_PARTS)
    for name in ("clo", "small"):
        shutil.rmtree(home / "inbox" / name)
    for path in (home / "inbox").rglob("*"):
        os.utime(path, (time.time() - 3600,) * 2)
    report = run(Settings(home=home, settle_seconds=0))
    if report.failure is not None:
        raise RuntimeError(f"expected the sound files to be published, found {report.failure}")
    return home


def main(arguments: Sequence[str] | None = None) -> int:
    """Deliver the cases, run once, print what was accepted and every breach; the exit code is 1 where there is one."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.published", description="What spoilt files may publish."
    )
    parser.add_argument("--count", type=int, default=60, help="how many cases")
    parser.add_argument("--seed", type=int, default=1, help="what draws them")
    parser.add_argument(
        "--home", type=Path, help="a published home with the demo's small files, of which a copy is taken"
    )
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        began = time.monotonic()
        files = sound_files(Path(folder) / "demo", PUBLISHED_PARTS)
        if asked.home is None:
            home = published_home(Path(folder))
        else:
            home = Path(shutil.copytree(asked.home, Path(folder) / "home", symlinks=True))
        drawn_cases = (drawn(asked.seed, number, files) for number in range(10 * asked.count))
        # One name cannot lie in two folders of which one is read for the other, and those of heavy files are told elsewhere.
        cases = [case for case in drawn_cases if case.fault.family not in HEAVY and "/" not in case.draft.name][
            : asked.count
        ]
        before, warehouse = told(home), Warehouse(home / "warehouse.duckdb")
        ((loads_before,),) = warehouse.rows("select count(*) from raw.loads")
        empty = template(Path(folder))
        refused = {case.number for case in cases if judge(case, empty, Path(folder)).ending == REJECTION}
        report = delivered(home, cases, refused)
        loads, after = accepted(warehouse, loads_before), told(home)
        for status, count in warehouse.rows(
            "select l.status, count(*) from (select *, row_number() over (order by load_id) as place from raw.loads) as l "
            "where place > ? group by 1 order by 1",
            [loads_before],
        ):
            print(f"{status:<10} {count:5} loads")
        changed = {
            organization
            for key, rows in after.rows.items()
            if before.rows.get(key) != rows
            for organization in [key[1]]
        }
        print(f"organisations with an accepted load: {', '.join(sorted(loads)) or 'none'}")
        print(
            f"organisations of which the publication says something else: {', '.join(sorted(changed - {''})) or 'none'}"
        )
        wrong = breaches(before, after, loads)
        for line in wrong:
            print(f"BREACH {line}")
        if report.failure is not None:
            print(f"the run failed: {report.failure}")
        print(f"{len(refused)} cases were delivered a second time, beside their sound files")
        print(
            f"{len(cases)} cases from seed {asked.seed}, {len(wrong)} breaches, {time.monotonic() - began:.0f} seconds"
        )
    return 1 if wrong or report.failure is not None else 0


if __name__ == "__main__":
    sys.exit(main())
