"""Homes for whole-graph tests: with the real CLO workbook and market files, with the demo, ready for deliveries; helpers to run Weir."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingestion.samples import write_demo
from orchestration.running import RunReport, run
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from tests.sharing import made_once

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


@pytest.fixture(scope="session")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has published an empty inbox, made once for all processes of a session. Tests take copies of it.

    What a delivery comes to is the same in a copy: the run builds what the delivery touches, the rest stands empty. That a new
    home takes a delivery is told by the tests of bad input, of the demo and of the real files.
    """

    def run_once(folder: Path) -> None:
        assert Home(folder).run().failure is None

    return made_once(tmp_path_factory, "ready-home", run_once)


@pytest.fixture(scope="session")
def new_home(ready_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Home]:
    """A home of its own for whoever asks, ready to take deliveries."""

    def copied(name: str) -> Home:
        return Home(shutil.copytree(ready_home, tmp_path_factory.mktemp(name) / "home", symlinks=True))

    return copied


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The fund and NAV sides of the demo, published once for all processes of a session. Tests may read it, not change it.

    Each process has a copy, since a warehouse is open in one at a time.
    """

    def run_once(folder: Path) -> None:
        home = Home(folder)
        write_demo(home.inbox, parts=("market", "nav", "prices", "funds", "ledger"))
        assert home.run().failure is None

    made = made_once(tmp_path_factory, "published-demo", run_once)
    return Home(shutil.copytree(made, tmp_path_factory.mktemp("demo") / "home", symlinks=True))


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
