"""What a person can put right: errors whose text says what is wrong and what to do, so that no command shows a trace for them.

What is wrong in particular is said by the modules that raise them.
"""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """It was asked for rightly, and the home is not in a state in which it can be done."""

    exit_code: ClassVar[int] = 1


class WrongRequest(Refused):
    """It cannot be done as it was asked for, or as it is configured."""

    exit_code = 2
