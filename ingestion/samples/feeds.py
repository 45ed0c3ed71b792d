"""Writes demo files with their sidecars into inbox folders. What the files say does not belong here.

Source: input-contracts 1.1.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class FeedNote:
    """What a sender declares about one file; it becomes the sidecar `<file name>.feed.yaml`."""

    organization_id: str
    organization_name: str
    kind: str
    feed_name: str
    as_of: dt.date
    mode: str
    sent_at: dt.datetime

    def write_beside(self, path: Path) -> Path:
        """Write the sidecar of `path` and return its path."""
        content = {
            "organization_id": self.organization_id,
            "organization_name": self.organization_name,
            "kind": self.kind,
            "feed_name": self.feed_name,
            "as_of": self.as_of.isoformat(),
            "mode": self.mode,
            "sent_at": self.sent_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        sidecar = path.with_name(path.name + ".feed.yaml")
        sidecar.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8", newline="\n")
        return sidecar
