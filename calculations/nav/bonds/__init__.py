"""Bond mathematics in Decimal: schedules, prices, yields, durations, values; Excel's own conventions in `excel`.

Nothing is imported here: `calculations.nav.accrued_interest` takes the schedule from this package and gives it accrued
interest back. Flows of any dates, in floats, are `calculations.fixed_income`.
"""
