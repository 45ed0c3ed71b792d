"""Why figures of an array are not stated: texts beside it, None where there is nothing to say. What they mean is not here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reasons = NDArray[np.object_]


def no_reasons(count: int) -> Reasons:
    """None for each of so many figures."""
    return np.full(count, None, dtype=object)


def when(flags: NDArray[np.bool_], reason: str) -> Reasons:
    """`reason` where flagged; same shape."""
    found = np.full(flags.shape, None, dtype=object)
    found[flags] = reason
    return found


def is_given(reasons: Reasons) -> NDArray[np.bool_]:
    """Where there is a text; same shape."""
    given: NDArray[np.bool_] = np.not_equal(reasons, np.array(None, dtype=object))  # by element, which `is` is not
    return given


def either(*reasons: Reasons) -> Reasons:
    """The first text of each figure; all of one shape."""
    found = reasons[0].copy()
    for later in reasons[1:]:
        found = np.where(is_given(found), found, later)
    return found
