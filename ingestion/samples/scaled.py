"""Writes one CLO workbook of any size for benchmarks, from the demo's deals as templates. The demo history does not belong here."""

from __future__ import annotations

from pathlib import Path

from ingestion.samples.demo import SEED
from ingestion.samples.grid import write_workbook
from ingestion.samples.history import unfold
from ingestion.samples.parameters import Deal, load_deals
from ingestion.samples.story import load_story
from ingestion.samples.workbook import matrix_members, workbook_sheets

# The control panels and outputs name deals 14, 16 and 17, so those templates come first.
_NAMED = (17, 16, 14)
SMALLEST_DEALS, SMALLEST_ASSETS, LARGEST_MATRIX = 3, 50, 16_383  # a worksheet has 16,384 columns


def write_scaled_clo_workbook(
    path: Path, *, deals: int = 10, assets: int = 384, correlation_ids: int = 488, seed: int = SEED
) -> Path:
    """Write a workbook of `deals` deal sheets, `assets` assets and a square matrix of `correlation_ids` (0: no such sheet).

    Holdings per deal grow with the number of assets; deals beyond the ten take their terms from them in turn. Same seed, same bytes.
    """
    for name, found, least in (
        ("deals", deals, SMALLEST_DEALS),
        ("assets", assets, SMALLEST_ASSETS),
        ("correlation_ids", correlation_ids, 0),
    ):
        if found < least:
            raise ValueError(f"write_scaled_clo_workbook, {name}: expected at least {least}, found {found}")
    if correlation_ids > LARGEST_MATRIX:
        raise ValueError(
            f"write_scaled_clo_workbook, correlation_ids: expected at most {LARGEST_MATRIX}, found {correlation_ids}"
        )
    story = load_story()
    single = story.model_copy(
        update={
            "dates": story.dates[:1],
            "assets_in_workbook": assets,
            "reserve_assets": 0,
            "defaults": (),
            "cures": (),
        }
    )
    snapshot = next(unfold(single, scaled_deals(deals, assets / story.assets_in_workbook), seed))
    correlations = matrix_members(seed, correlation_ids, [snapshot.assets], ()) if correlation_ids else None
    write_workbook(path, workbook_sheets(snapshot, snapshot, correlations))
    return path


def scaled_deals(count: int, growth: float) -> tuple[Deal, ...]:
    """`count` deals from the templates in turn, with distinct numbers; each holds `growth` times the assets of its template."""
    templates = sorted(
        load_deals(),
        key=lambda deal: (_NAMED.index(deal.number) if deal.number in _NAMED else len(_NAMED), deal.number),
    )
    following = max(deal.number for deal in templates) + 1
    found = []
    for place in range(count):
        template = templates[place % len(templates)]
        is_copy = place >= len(templates)
        number = following + place - len(templates) if is_copy else template.number
        name = f"{template.name} copy {place // len(templates)}" if is_copy else template.name
        holdings = max(int(template.holdings * growth), 1)
        found.append(template.model_copy(update={"number": number, "name": name, "holdings": holdings}))
    return tuple(sorted(found, key=lambda deal: deal.number))
