"""What `dg` and the Dagster daemon load: the graph on the home that the environment names. Building it is the graph's."""

from __future__ import annotations

from orchestration.graph import build_definitions
from orchestration.settings import Settings

defs = build_definitions(Settings())
