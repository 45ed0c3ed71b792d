"""One asset in one scenario, row by row in plain Python. Written to be read beside the spec's formulas, not to be fast.

Its dates are in `collateral_schedule`, its columns in `collateral_row`, what only some loans do in `collateral_features`,
its deal periods in `collateral_roll_up`. Symbols are those of clo-collateral-engine 1.6 and clo-extensions 3. Day counts
and the curve are the project's own, tested elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import AssetEvent
from calculations.clo.scenarios import RATING, Assumptions, vector
from calculations.curves import Curve
from calculations.daycount import days360
from tests.reference.collateral_features import Accrual, Commitment, Deferral, pik_share, rate_moves
from tests.reference.collateral_row import Row
from tests.reference.collateral_schedule import Quirks, Schedule, add_months, schedule


class Projection:
    """The rows of an asset as they come: B, Q and Z are what it owes, X and Y what has defaulted, as par and as value."""

    def __init__(
        self,
        asset: AssetTerms,
        assumed: Assumptions,
        analysis: dt.date,
        curve: Curve | None,
        quirks: Quirks,
        share_paid: Callable[[dt.date], float] = lambda paid: 1.0,
    ) -> None:
        """`share_paid` is the part of the draws of a row, by its date, that somebody pays."""
        self.asset, self.assumed, self.curve, self.quirks = asset, assumed, curve, quirks
        self.share_paid = share_paid
        self.dates: Schedule = schedule(asset, analysis, assumed.lag_months, quirks)
        self.moves = rate_moves(asset, self.dates, analysis)
        self.commitment = Commitment.of(asset, self.dates, analysis)
        self.deferral = Deferral.at_start(asset, self.dates.start)
        self.analysis = analysis
        self.B, self.X, self.Y = asset.par, 0.0, 0.0
        self.Q = asset.pik.balance if asset.pik else 0.0
        self.Z = asset.draws.unfunded if asset.draws else 0.0
        self.missed = 0.0  # of Z, what was asked for and not paid, which no later draw asks for
        self.severity = 0.0
        self.due: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])  # by interest date: value, par
        self.rows: list[Row] = []
        if asset.is_defaulted:  # 1.8
            self.B, self.X, self.Y, self.Q, self.Z = 0.0, asset.par, asset.par * asset.price, 0.0, 0.0
        self.opening = (self.B, self.Q, self.X, self.Y, self.Z, self.haircut(analysis))

    def run(self) -> list[Row]:
        """The rows; none where the asset has matured, its draws cannot be made, or it neither holds nor promises one unit."""
        if not self.dates.left or self.commitment.is_rejected:
            return []
        if self.asset.is_defaulted:
            self.due[self.recovered_in(self.dates.nominal_start, -1, 0)] = [self.Y, self.X]
        start = self.dates.start
        for k, (nominal, paid, is_performing) in enumerate(self.dates.left):
            accrual = self.accrual(k, start)
            # Between two interest dates come principal and events; what happens on an interest date comes after it.
            earlier = start if k else self.analysis
            between: list[tuple[dt.date, int, AssetEvent | None]] = []
            if is_performing:
                between += [(date, 0, None) for date in self.dates.shares if earlier < date < paid]
                events = [event for event in self.dates.events if earlier <= event.date < paid]
                between += [(event.date, 1 + n, event) for n, event in enumerate(events)]
            settled = start  # up to where a restructuring has settled interest
            for date, _, event in sorted(between, key=lambda item: item[:2]):
                if self.is_over():
                    return self.rows
                row = self.begin(date, start, accrual, settled)
                if event is None:
                    self.repay(row, k, accrual, settled)
                else:
                    self.happen(row, k, accrual, settled, event)
                    settled = date if event.kind == "restructuring" else settled
                self.end(row)
            if self.is_over():
                return self.rows
            row = self.begin(paid, start, accrual, settled)
            if is_performing:
                self.pay_interest(row, k, nominal, accrual, settled)
            value, par = self.due[k]
            row.recovery, row.net_loss = value, par - value
            self.end(row)
            start = paid
        if self.X > 0:  # 1.10, Q7: what no later row recovers is lost
            last = self.rows[-1]
            last.net_loss += self.X
            last.defaulted = last.defaulted_value = 0.0
        return self.rows

    def is_over(self) -> bool:
        """1.10, and nothing left to draw."""
        return self.B < 1 and self.X < 1 and self.Z < 1

    def begin(self, date: dt.date, start: dt.date, accrual: Accrual, settled: dt.date) -> Row:
        years = accrual.years(date) - accrual.years(settled)
        coupon = accrual.earned(settled, date) / years if years > 0 else None
        return Row(date, start, begin_balance=self.B, begin_pik=self.Q, coupon=coupon)

    def pay_interest(self, row: Row, k: int, nominal: dt.date, accrual: Accrual, settled: dt.date) -> None:
        """1.6 with clo-extensions 3: default, draws, interest and fees, PIK split, scheduled, prepayment, capitalise."""
        theta = days360(row.accrual_begin, row.paid) / 360
        self.severity = at(self.assumed.severity, k)
        if self.assumed.cdr == RATING or self.asset.uses_rating_migration:
            q = 1.0 if self.asset.is_rated_default(row.paid) else 0.0
        else:
            q = period_rate(at(self.assumed.cdr, k), theta)
        row.default = self.B * q
        row.default_value = row.default * (1 - self.severity)
        self.recover_later(row, nominal, k, k)

        terms, end = self.commitment.terms, self.commitment.available_until
        undrawn = self.Z * (1 - q)
        self.missed *= 1 - q
        paid = self.share_paid(row.paid)
        performing = self.B - row.default
        interest = performing * accrual.earned(settled, row.paid)
        fee_years = undrawn * accrual.years(min(row.paid, end))
        for day, share in self.commitment.drawn.get(row.paid, []):
            asked = (undrawn - self.missed) * share
            drawn = paid * asked
            row.not_drawn += asked - drawn
            row.draw += drawn
            interest += drawn * accrual.earned(max(day, row.accrual_begin), row.paid)
            fee_years -= drawn * (accrual.years(min(row.paid, end)) - accrual.years(day))
        if terms.utilisation is not None and row.paid < end:
            asked = max(0.0, terms.utilisation * (performing + undrawn) - performing)
            row.draw, row.not_drawn = paid * asked, (1 - paid) * asked
        row.fees = (terms.fee_rate or 0.0) * fee_years
        drawn_balance = performing + row.draw  # A'

        row.scheduled = drawn_balance * self.dates.shares.get(row.paid, 0.0)
        row.unscheduled = (drawn_balance - row.scheduled) * period_rate(at(self.assumed.cpr, k), theta)
        repaid = row.scheduled + row.unscheduled
        kept_share = 1 - repaid / drawn_balance if drawn_balance > 0 else 0.0
        row.pik_interest = pik_share(self.asset, row.accrual_begin) * interest * kept_share
        row.interest = interest - row.pik_interest
        self.B = drawn_balance - repaid + row.pik_interest
        if drawn_balance > 0:
            row.pik_scheduled = self.Q * (1 - q) * row.scheduled / drawn_balance
            row.pik_unscheduled = self.Q * (1 - q) * row.unscheduled / drawn_balance
        self.Q = self.Q * (1 - q) * kept_share + row.pik_interest
        self.Z = undrawn - row.draw
        if terms.utilisation is None:  # a utilisation asks anew on each date
            self.missed += row.not_drawn
        if terms.is_revolving and row.paid < end:
            row.refill = repaid
        else:
            row.redrawn = row.draw * (1 - kept_share)
        self.Z += row.refill
        if row.paid >= end:
            self.Z = self.missed = 0.0
        self.deferral.count(row.accrual_begin)

    def repay(self, row: Row, k: int, accrual: Accrual, settled: dt.date) -> None:
        """1.7, 1.9: an instalment between two interest dates, with the interest on what it repays."""
        if self.assumed.cdr == RATING and self.asset.is_rated_default(row.paid):
            row.default = self.B
            row.default_value = row.default * (1 - self.severity)
            self.recover_later(row, row.paid, k - 1, k)
            self.B = self.Q = self.Z = self.missed = 0.0
        share = self.dates.shares[row.paid]
        row.scheduled = self.B * share
        row.interest = row.scheduled * accrual.earned(settled, max(row.paid, settled))
        self.B -= row.scheduled
        row.pik_scheduled = self.Q * share
        self.Q -= row.pik_scheduled
        if self.commitment.terms.is_revolving and row.paid < self.commitment.available_until:
            row.refill = row.scheduled
            self.Z += row.refill

    def happen(self, row: Row, k: int, accrual: Accrual, settled: dt.date, event: AssetEvent) -> None:
        """3.4: an event, with the interest that it settles."""
        row.is_event = True
        accrued = accrual.earned(settled, max(row.paid, settled))
        if event.kind == "forced_default":
            row.default = event.fraction * self.B
            row.default_value = row.default * (1 - at(self.assumed.severity, k))
            self.recover_later(row, row.paid, k - 1, k)
        elif event.kind == "restructuring":
            row.restructuring_loss = event.fraction * self.B
            settled_interest = accrued * self.B
            row.interest = settled_interest if event.accrued == "paid" else 0.0
            row.pik_interest = settled_interest if event.accrued == "capitalised" else 0.0
        elif event.kind == "amend_extend":
            row.fees = event.fee * self.B
        else:
            row.unscheduled = event.fraction * self.B
            row.interest = accrued * row.unscheduled
            premium = (event.price - 1) * row.unscheduled
            if event.premium_as == "principal":
                row.premium = premium
            else:
                row.fees = premium
        gone = row.default + row.restructuring_loss + row.unscheduled
        if self.B > 0:
            row.pik_unscheduled = self.Q * (row.unscheduled + min(row.premium, 0.0)) / self.B
        self.Q = self.Q * (1 - gone / self.B if self.B > 0 else 0.0) + row.pik_interest
        self.B += row.pik_interest - gone
        if event.kind in ("forced_default", "sale"):  # the commitment goes with what defaults or is sold
            self.Z *= 1 - event.fraction
            self.missed *= 1 - event.fraction

    def recover_later(self, row: Row, dated: dt.date, counted_from: int, earliest: int) -> None:
        slot = self.due[self.recovered_in(dated, counted_from, earliest)]
        slot[0] += row.default_value
        slot[1] += row.default

    def recovered_in(self, dated: dt.date, counted_from: int, earliest: int) -> int:
        """Number of the interest date on which a default is recovered. Source: clo-extensions 2.1, COL-30."""
        left, lag = self.dates.left, self.assumed.lag_months
        if "COL-30" in self.quirks:
            return max(counted_from + round(lag / self.dates.months), earliest)
        number = earliest
        while number < len(left) and left[number][0] < add_months(dated, lag):
            number += 1
        return number

    def accrual(self, k: int, start: dt.date) -> Accrual:
        """1.6: the index of the period, reset at its start; what of the first coupon is not spread in the first."""
        asset = self.asset
        level = asset.coupon - asset.spread if asset.is_floating else 0.0
        if k and asset.is_floating and self.curve is not None and self.dates.left[k][2]:
            level = self.curve.spot(start, self.dates.months)
            if "COL-32" in self.quirks:
                level = round(level, 5)
            level = max(level, asset.floor) if asset.floor is not None else level
            level = max(level, -min([asset.spread, *(rate for _, rate in self.moves)]))  # no coupon is below 0
            level = min(level, asset.cap) if asset.cap is not None else level
        return Accrual(asset, start, level, self.moves)

    def haircut(self, date: dt.date) -> float:
        """3.1: what a deferring asset counts less than its test par B − Q."""
        if not self.deferral.is_too_long(date):
            return 0.0
        return self.test_par(self.B, self.Q) * (1 - self.deferral.worth())

    def test_par(self, balance: float, capitalised: float) -> float:
        return balance if self.asset.pik and self.asset.pik.in_par else balance - capitalised

    def end(self, row: Row) -> None:
        """Balances after a row. What a restructuring takes off is a default that is lost on the spot (3.4)."""
        row.default += row.restructuring_loss
        row.net_loss += row.restructuring_loss
        self.X += row.default - row.recovery - row.net_loss
        self.Y += row.default_value - row.recovery
        row.end_balance = self.B
        if self.is_over():
            row.net_loss += self.B + self.X
            row.written_off = self.B
            self.B = self.Q = self.X = self.Y = 0.0
        row.defaulted, row.defaulted_value = self.X, self.Y
        row.pik_balance, row.unfunded_balance = self.Q, self.Z
        row.deferring_haircut = self.haircut(row.paid)
        self.rows.append(row)


def at(rates: object, period: int) -> float:
    given = vector(rates)  # type: ignore[arg-type]
    return given[min(period, len(given) - 1)]


def period_rate(rate: float, theta: float) -> float:
    return 0.0 if theta == 0 else 1 - (1 - rate) ** theta
