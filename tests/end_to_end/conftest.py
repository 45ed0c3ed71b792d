"""Homes for whole-graph tests: one with the real CLO workbook and market files, made once, and helpers to run Weir."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.running import RunReport, run
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

SHARED = Path(__file__).parents[3] / "shared" / "data"
REAL_FILES = (
    "clo/clo_workbook_mag17.xlsx",
    "market/ecb_eurofxref_hist.csv",
    "market/sofr_nyfed_1998_2024.csv",
    "market/sofr_ohlc_2021_2026.csv",
    "market/usd_libor_3m_1986_2019.csv",
)
FILINGS = ("NPORT.Dupree.xml", "nport_sample_4.xml")


class Home:
    """A Weir home under test."""

    def __init__(self, path: Path) -> None:
        self.settings = Settings(home=path, settle_seconds=0)
        self.settings.inbox_path.mkdir(parents=True, exist_ok=True)

    @property
    def inbox(self) -> Path:
        return self.settings.inbox_path

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.settings.warehouse_path)

    def run(self) -> RunReport:
        return run(self.settings)

    def published(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.settings.published_link / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def put(self, source: Path, name: str | None = None) -> Path:
        target = self.inbox / (name or source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return target


@pytest.fixture
def make_home(tmp_path: Path) -> Callable[[str], Home]:
    return lambda name="home": Home(tmp_path / name)


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, RunReport]:
    """A home with the real files, run once. Tests may read it, not change it."""
    if not SHARED.exists():
        pytest.skip("the real CLO workbook and market files are not beside the project (../shared/data)")
    home = Home(tmp_path_factory.mktemp("real"))
    for name in REAL_FILES:
        home.put(SHARED / name)
    for name in FILINGS:  # one feed takes one fund
        home.put(SHARED / "external" / "sec_nport" / name, f"default/{Path(name).stem.lower()}/{name}")
    return home, home.run()
