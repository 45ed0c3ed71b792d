"""A CLO deal: what its documents say, read from a deal file, who is paid what on each payment date, and its projection.

How collateral pays does not belong here (see `collateral`), nor do risk measures of a note.
"""

from calculations.clo.deal.engine import run_liabilities
from calculations.clo.deal.load import load, loads
from calculations.clo.deal.payment_date import run_payment_date
from calculations.clo.deal.payment_date_checks import CheckRow, compare
from calculations.clo.deal.payment_date_inputs import PaymentDateInputs, read_inputs
from calculations.clo.deal.payment_date_results import PaymentDateResult
from calculations.clo.deal.payment_dates import PaymentDates
from calculations.clo.deal.problems import DealError
from calculations.clo.deal.projection import Holdings, Projection, run
from calculations.clo.deal.results import DealResult
from calculations.clo.deal.terms import Deal

__all__ = [
    "CheckRow",
    "Deal",
    "DealError",
    "DealResult",
    "Holdings",
    "PaymentDateInputs",
    "PaymentDateResult",
    "PaymentDates",
    "Projection",
    "compare",
    "load",
    "loads",
    "read_inputs",
    "run",
    "run_liabilities",
    "run_payment_date",
]
