"""The dbt command that a run starts: dbt itself, on a project that is parsed already. Parsing it belongs elsewhere.

Run as a file, because it stands in no home and no environment of its own: first the parsed project, then what dbt is told.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path


def main(parsed: Path, arguments: list[str]) -> int:
    """Run dbt on `parsed`, the state that `dbt parse` keeps; returns the exit code of the dbt command line.

    dbt by itself keeps that state for one path of a warehouse only, and checks every file of the project against it.
    """
    # The project is a million objects that live as long as the process; at Python's own pace, looking through them again and
    # again for garbage takes a quarter of dbt's time. Set before dbt is imported, which makes many of them.
    gc.set_threshold(50_000, 10, 10)
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(parsed.read_bytes(), decoder=extended_mashumuro_decoder)
    outcome = dbtRunner(manifest=manifest).invoke(arguments)
    if outcome.success:
        return 0
    if outcome.exception is None:
        return 1
    print(outcome.exception, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
