"""Compliance tests of a CLO: the catalogue as data, and every test of a deal for one pool or many at once.

Trades, objectives and rankings are not here; nor is the reading of tables. The README tells how a test is written.
"""

from calculations.clo.compliance.catalogue import CatalogueError, Definition, catalogue, load_catalogue
from calculations.clo.compliance.deal import DealInputs, DealTest, LimitCurve, MissingInput, SdrCoefficients
from calculations.clo.compliance.report import Holdings, Pool, TestResult, run, run_deals
from calculations.clo.compliance.results import Prepared, Results, evaluate, prepare
from calculations.clo.compliance.universe import Universe

__all__ = [
    "CatalogueError",
    "DealInputs",
    "DealTest",
    "Definition",
    "Holdings",
    "LimitCurve",
    "MissingInput",
    "Pool",
    "Prepared",
    "Results",
    "SdrCoefficients",
    "TestResult",
    "Universe",
    "catalogue",
    "evaluate",
    "load_catalogue",
    "prepare",
    "run",
    "run_deals",
]
