"""A CLO deal's liabilities: what its documents say, read from a deal file, and who is paid what on each payment date.

Where the collateral's cash comes from does not belong here (see `pool_flows`), nor do risk measures of a note.
"""

from calculations.clo.deal.engine import run
from calculations.clo.deal.load import load, loads
from calculations.clo.deal.payment_date import run_payment_date
from calculations.clo.deal.payment_date_checks import CheckRow, compare
from calculations.clo.deal.payment_date_inputs import PaymentDateInputs, read_inputs
from calculations.clo.deal.payment_date_results import PaymentDateResult
from calculations.clo.deal.payment_dates import PaymentDates
from calculations.clo.deal.problems import DealError
from calculations.clo.deal.results import DealResult
from calculations.clo.deal.terms import Deal

__all__ = [
    "CheckRow",
    "Deal",
    "DealError",
    "DealResult",
    "PaymentDateInputs",
    "PaymentDateResult",
    "PaymentDates",
    "compare",
    "load",
    "loads",
    "read_inputs",
    "run",
    "run_payment_date",
]
