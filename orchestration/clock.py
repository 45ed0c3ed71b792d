"""The one clock: instants as the warehouse holds them."""

from __future__ import annotations

import datetime as dt


def utc_now() -> dt.datetime:
    """Now as the naive UTC instant that every timestamp column holds."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
