"""What is wrong with a deal file, in words a lawyer can read. The rules that find it do not belong here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One finding: the code of the rule, the key in the file, what stands there and what should."""

    code: str
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.key}: expected {self.expected}, found {self.found} [{self.code}]"


class DealError(ValueError):
    """A deal file that does not load; `problems` holds every finding, and the text lists them with the file's name."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{file}, {problem}" for problem in self.problems))
