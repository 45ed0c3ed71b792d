"""`python -m tests.soak --count 1000000 --seed 0`: random deals and pools on the whole path against every rule, on all
cores. The rules and the draw are in `tests.invariants`.

Seeds run from `--seed` on; `--seed S --count 1` reproduces one case. Stopping it (Ctrl-C) prints the count so far. The exit
code is 1 where a rule was broken. How long a million takes on a machine follows from the rate that it prints: on two cores with
nothing beside them 4,000 cases took 31 seconds, so that a million takes a little over two hours.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from functools import partial

from tests.invariants.rules import RULES, Examined, Rule, examined

CASES_AT_ONCE = 20
SECONDS_BETWEEN_LINES = 10.0


def main(arguments: Sequence[str] | None = None, rules: Mapping[str, Rule] = RULES) -> int:
    """Examine the cases asked for and print what they break; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Random deals against every rule.")
    parser.add_argument("--count", type=_positive, default=1_000_000, help="how many cases")
    parser.add_argument("--seed", type=int, default=0, help="the first seed; the others follow it")
    parser.add_argument("--processes", type=_positive, default=os.cpu_count() or 1, help="how many cases at a time")
    asked = parser.parse_args(arguments)
    done = failures = 0
    began = said = time.monotonic()
    try:
        with closing(_cases(range(asked.seed, asked.seed + asked.count), asked.processes, rules)) as cases:
            for case in cases:
                done += 1
                failures += bool(case.broken)
                for rule, message in case.broken.items():
                    print(f"seed {case.seed}: {rule}: {message}", flush=True)
                if (now := time.monotonic()) - said > SECONDS_BETWEEN_LINES:
                    said = now
                    print(f"{done} of {asked.count} cases, {done / (now - began):.0f} a second", flush=True)
    except KeyboardInterrupt:
        print("stopped")
    seconds = time.monotonic() - began
    print(f"{done} cases from seed {asked.seed}, {failures} broke a rule, {seconds:.0f} seconds", flush=True)
    return 1 if failures else 0


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, found {text}")
    return number


def _cases(seeds: range, processes: int, rules: Mapping[str, Rule]) -> Generator[Examined, None, None]:
    """The cases in any order; closing it ends the processes."""
    examine = partial(examined, rules=rules)
    if processes == 1 or len(seeds) == 1:
        yield from map(examine, seeds)
        return
    # the parent alone answers Ctrl-C; leaving the block ends the others
    with multiprocessing.Pool(processes, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from pool.imap_unordered(examine, seeds, CASES_AT_ONCE)


if __name__ == "__main__":
    sys.exit(main())
