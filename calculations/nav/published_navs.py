"""Published NAVs beside the ones that are correct, as records. Judging them does not belong here.

Source: nav 3 (Errors, Restatement), 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from calculations.nav.approval_log import Restatement
from calculations.nav.restatement import NavVersion

# WEIR: a strike that was published here. STATED: what an administrator says was published, where no strike was.
Publisher = Literal["WEIR", "STATED"]


@dataclass(frozen=True)
class PublishedNav:
    """What orders of a class and day dealt at, in `currency`, and the version that is right: itself, or a later one.

    `correct` None: the newest strike has no NAV of the class. `is_replaced`: the correct version is published in its
    place. `restatement` is what was last said to be wrong of the published version.
    """

    share_class_id: str
    currency: str
    publisher: Publisher
    published: NavVersion
    correct: NavVersion | None
    restatement: Restatement | None = None
    is_replaced: bool = False
