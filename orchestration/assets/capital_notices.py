"""Notices of calls as they stand: due, paid, outstanding, late, in default. The arithmetic is in calculations, the rows are in `capital_notice_rows`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from calculations.calendars import BusinessCalendar, Flags
from calculations.daycount import Days, Ints
from calculations.exact.minor_units import rate_units
from calculations.funds.capital.dates import defaulted_from, overdue_from
from calculations.funds.capital.settlement import CODE, Moves, NoticeStatus, Settled, settle, statuses
from calculations.funds.capital.stretches import interest, split_at, unpaid_stretches
from calculations.funds.capital.terms import CureDays, DayCount, DefaultTerms, Overpayment, read_default_terms
from orchestration.assets.capital_calls import Calls
from orchestration.assets.capital_frames import Frame
from orchestration.assets.capital_inputs import Inputs, governing, units
from orchestration.assets.capital_inputs import rate_units as rate_sql
from orchestration.assets.capital_terms import TermsRead, read_terms

NO_TERMS, NO_FIXING = INTEREST_REASONS = ("NO_INTEREST_TERMS", "NO_FIXING")
NO_DEFAULT_TERMS = DefaultTerms(None, CureDays.BUSINESS, None, (), None)
NEVER = np.datetime64("NaT")
_NONE = np.zeros(0, dtype=np.int64)
NO_MOVES = Moves(_NONE, _NONE.astype("datetime64[D]"), _NONE, _NONE)


@dataclass(frozen=True, eq=False)
class Standing:
    """How each notice stands on the day that its files speak of; all (notices,), amounts in minor units.

    `late_interest` is to that day; `interest_reason` is the place in INTEREST_REASONS of why it is not known, else -1.
    `defaults` are the workbook's own, at most one for each notice (n).
    """

    due: Ints
    settled: Settled
    moves: Moves
    payments: Ints
    refused: Ints
    overdue_from: Days
    defaulted_from: Days
    days_late: Ints
    status: Ints
    late_interest: Ints
    interest_reason: Ints
    terms: TermsRead[DefaultTerms]
    defaults: Frame


def stand_notices(inputs: Inputs, calls: Calls, settlements: Moves = NO_MOVES) -> Standing:
    """Payments and the passing of time applied to every notice.

    `settlements` are what remedies against a default settle of notices: no interest runs on that any more, while the
    notice stands as its payments make it. Source: fund-admin CC-7 to CC-9.
    """
    notices = calls.notices
    due, moves = _due(inputs), _moves(inputs)
    settled = _settled(calls, due, moves)
    fund, owed_on = notices.ints("f"), notices.days("owed_on")
    as_of = inputs.funds.days("as_of")[fund]
    terms = _terms(inputs)
    defaults = inputs.frame(
        f"""
        select n.n, min(d.default_date) as default_date, arg_min({rate_sql("d.interest_rate")}, d.default_date) as rate,
            arg_min(d.day_count, d.default_date) as day_count, arg_min(d.default_id, d.default_date) as default_id,
            sum({units("d.amount", "n.scale")}) filter (where d.remedy = 'INTEREST') as interest_stated
        from activity_notices as n inner join activity_funds as x on x.f = n.f
        inner join intermediate.int_fund__defaults as d on d.state_id = x.state_id and d.notice_id = n.notice_id
        group by n.n order by n.n
        """
    )
    overdue = np.full(notices.size, NEVER, dtype="datetime64[D]")
    for number, call_terms in enumerate(calls.terms.different):
        rows = np.flatnonzero(calls.terms.of_row[notices.ints("k")] == number)
        overdue[rows] = overdue_from(owed_on[rows], call_terms)
    in_default = np.full(notices.size, NEVER, dtype="datetime64[D]")
    written = notices.days("written_notice_date")
    for number, calendar, rows in _noticed_in_writing(inputs, fund, terms.of_row, written):
        in_default[rows] = defaulted_from(written[rows], terms.different[number], calendar)
    in_default[defaults.ints("n")] = defaults.days("default_date")  # what was declared needs no reckoning
    decided = np.array(
        [
            CODE[NoticeStatus(text)] if text in ("WAIVED", "CANCELLED") else -1
            for text in notices.texts("notice_status")
        ],
        dtype=np.int64,
    )
    is_owed = (decided < 0) & (due > 0)
    until = np.where(np.isnat(settled.paid_on), as_of, settled.paid_on)
    standing = statuses(settled, as_of, overdue, in_default)
    counts = ~settled.is_refused
    brought_in = Moves(
        np.concatenate([moves.notice[counts], settlements.notice]),
        np.concatenate([moves.day[counts], settlements.day]),
        np.concatenate([moves.amount[counts], settlements.amount]),
        np.concatenate([moves.reverses[counts], settlements.reverses]),
    )
    charged, reason = _interest(inputs, due, brought_in, terms, defaults, owed_on, until, is_owed, fund)
    return Standing(
        due,
        settled,
        moves,
        np.bincount(moves.notice, minlength=notices.size),
        np.bincount(moves.notice[settled.is_refused], minlength=notices.size),
        overdue,
        in_default,
        np.where(is_owed, np.maximum((until - owed_on).astype(np.int64), 0), 0),
        np.where(decided >= 0, decided, standing),
        charged,
        reason,
        terms,
        defaults,
    )


def _due(inputs: Inputs) -> Ints:
    """What is owed on each notice: its amount less what later notices take back; nothing on those and on cancelled ones."""
    taken_back = "coalesce(b.call_amount, 0) + coalesce(w.call_amount, 0)"
    rows = inputs.frame(
        f"""
        with back as (
            select k.f, n.reverses_notice_id as notice_id, sum(n.call_amount) as call_amount
            from activity_notices as n inner join activity_calls as k using (k)
            where n.reverses_notice_id is not null and n.notice_status not in ('CANCELLED', 'WAIVED') group by all
        ),
        whole as (
            select k.f, k.reverses_call_id as call_id, n.c, sum(n.call_amount) as call_amount
            from activity_notices as n inner join activity_calls as k using (k)
            where k.reverses_call_id is not null and n.notice_status not in ('CANCELLED', 'WAIVED') group by all
        )
        select n.n, case
            when n.notice_status = 'CANCELLED' or n.reverses_notice_id is not null or k.reverses_call_id is not null then 0
            else greatest({units(f"n.call_amount - ({taken_back})", "n.scale")}, 0) end as due
        from activity_notices as n inner join activity_calls as k using (k)
        left join back as b on b.f = n.f and b.notice_id = n.notice_id
        left join whole as w on w.f = n.f and w.call_id = n.call_id and w.c = n.c
        order by n.n
        """
    )
    return rows.ints("due")


def _moves(inputs: Inputs) -> Moves:
    """Payments that moved money by the day the files speak of: PAID ones, and REVERSED ones until they were taken back."""
    rows = inputs.frame(
        f"""
        with stated as (
            select n.n, x.f, x.as_of, n.scale, p.payment_id, p.value_date, p.status, p.reverses_payment_id,
                case when p.currency <> k.currency then coalesce(p.base_amount, p.amount) else p.amount end as amount
            from activity_notices as n inner join activity_calls as k using (k) inner join activity_funds as x on x.f = n.f
            inner join intermediate.int_fund__payments as p on p.state_id = x.state_id and p.notice_id = n.notice_id
        ),
        taken_back as (
            select distinct n, reverses_payment_id as payment_id from stated
            where status = 'PAID' and reverses_payment_id is not null
        ),
        moved as (
            select s.*, row_number() over (order by s.n, s.payment_id) - 1 as place
            from stated as s left join taken_back as t on t.n = s.n and t.payment_id = s.payment_id
            where s.value_date <= s.as_of and (s.status = 'PAID' or s.status = 'REVERSED' and t.payment_id is not null)
        )
        select m.n, m.value_date as day, o.place as reverses,
            {units("m.amount", "m.scale")} * case when m.reverses_payment_id is null then 1 else -1 end as amount
        from moved as m left join moved as o on o.n = m.n and o.payment_id = m.reverses_payment_id
        where m.reverses_payment_id is null or o.place is not null
        order by m.place
        """
    )
    return Moves(rows.ints("n"), rows.days("day"), rows.ints("amount"), rows.ints("reverses"))


def _settled(calls: Calls, due: Ints, moves: Moves) -> Settled:
    """Payments applied, each notice under the rule of its call for paying too much."""
    credits = np.array([t.overpayment is Overpayment.CREDIT for t in calls.terms.different], np.bool_)[
        calls.terms.of_row
    ]
    takes_credit = credits[calls.notices.ints("k")]
    strict, lenient = (settle(due, moves, rule) for rule in (Overpayment.REFUSE, Overpayment.CREDIT))
    return Settled(
        paid=np.where(takes_credit, lenient.paid, strict.paid),
        outstanding=np.where(takes_credit, lenient.outstanding, strict.outstanding),
        credit=np.where(takes_credit, lenient.credit, strict.credit),
        paid_on=np.where(takes_credit, lenient.paid_on, strict.paid_on),
        is_refused=np.where(takes_credit[moves.notice], lenient.is_refused, strict.is_refused),
    )


def _terms(inputs: Inputs) -> TermsRead[DefaultTerms]:
    rows = inputs.frame(
        f"with terms as ({governing('DEFAULT', 'activity_notices', 'n', 'owed_on', of_partner=True)}) "
        "select n.n, t.term_value from activity_notices as n left join terms as t using (n) order by n.n"
    )
    return read_terms("DEFAULT", rows.texts("term_value"), read_default_terms, NO_DEFAULT_TERMS)


def _noticed_in_writing(
    inputs: Inputs, fund: Ints, term: Ints, written: Days
) -> Iterator[tuple[int, BusinessCalendar, Ints]]:
    """Notices with a written notice by terms and calendar of the fund."""
    rows = np.flatnonzero(~np.isnat(written))
    names = inputs.funds.texts("holiday_calendar")
    houses = inputs.funds.texts("organization_id")
    for number, place in sorted({(int(term[row]), int(fund[row])) for row in rows}):
        holidays = inputs.connection.execute(
            "select distinct holiday_date from intermediate.int_market__holidays "
            "where calendar = ? and organization_id in (?, '_shared')",
            [names[place], houses[place]],
        ).fetchall()
        chosen = rows[(term[rows] == number) & (fund[rows] == place)]
        yield number, BusinessCalendar.of(day for (day,) in holidays), chosen


def _interest(
    inputs: Inputs,
    due: Ints,
    moves: Moves,
    terms: TermsRead[DefaultTerms],
    defaults: Frame,
    owed_on: Days,
    until: Days,
    is_owed: Flags,
    fund: Ints,
) -> tuple[Ints, Ints]:
    """Late interest of each notice, and the place of the reason where it is not known, -1 elsewhere."""
    late = np.flatnonzero(is_owed & (until > owed_on))
    number = np.full(due.size, -1)
    number[late] = np.arange(late.size)
    counts = number[moves.notice] >= 0
    stretches = unpaid_stretches(
        due[late], owed_on[late], number[moves.notice[counts]], moves.day[counts], moves.amount[counts], until[late]
    )
    own = {int(n): at for at, n in enumerate(defaults.ints("n")) if defaults.given("rate")[at]}
    own_rates, own_counts = defaults.ints("rate"), defaults.texts("day_count")
    plans: dict[tuple[int, str | None, DayCount, int], list[int]] = {}
    charged, reason = np.zeros(due.size, dtype=np.int64), np.full(due.size, -1)
    for place, notice in enumerate(late.tolist()):
        agreed = terms.different[terms.of_row[notice]].late_interest
        if notice in own:
            count = DayCount(own_counts[own[notice]] or (agreed.day_count if agreed else DayCount.ACT_365F))
            plans.setdefault((int(own_rates[own[notice]]), None, count, 0), []).append(place)
        elif agreed is None:
            reason[notice] = INTEREST_REASONS.index(NO_TERMS)
        elif agreed.rate is not None:
            plans.setdefault((_rate(agreed.rate), None, agreed.day_count, 0), []).append(place)
        else:
            key = (_rate(agreed.spread), agreed.index_id, agreed.day_count, int(fund[notice]))
            plans.setdefault(key, []).append(place)
    for (rate, index_id, count, of_fund), places in plans.items():
        chosen = np.isin(stretches.notice, places)
        part = type(stretches)(
            *(getattr(stretches, name)[chosen] for name in ("notice", "unpaid", "due", "start", "end"))
        )
        charged_rates = np.full(part.notice.size, rate)
        if index_id is not None:
            known, fixings = index_fixings(inputs, index_id, of_fund)
            part, reached = split_at(part, known)
            unknown = np.unique(part.notice[reached == 0])
            reason[late[unknown]] = INTEREST_REASONS.index(NO_FIXING)
            charged_rates = np.maximum(np.where(reached > 0, np.append(fixings, 0)[reached - 1] + rate, 0), 0)
        found = interest(part, charged_rates, count, late.size)
        charged[late[places]] = found[places]
    return np.where(reason < 0, charged, 0), reason


def _rate(rate: Decimal | None) -> int:
    return int(rate_units([rate or Decimal(0)])[0])


def index_fixings(inputs: Inputs, index_id: str, fund: int) -> tuple[Days, Ints]:
    """Fixings of an index that the fund's house knows, its own before shared ones: days in order, rates in 1e-12."""
    house = inputs.funds.texts("organization_id")[fund]
    rows = inputs.connection.execute(
        "select rate_date, arg_max(rate, (organization_id = $house)::int) from intermediate.int_market__index_rates "
        "where index_id = $index and organization_id in ($house, '_shared') and tenor is not distinct from "
        "(select min(tenor) from intermediate.int_market__index_rates where index_id = $index) group by 1 order by 1",
        {"house": house, "index": index_id},
    ).fetchall()
    return np.array([day for day, _ in rows], dtype="datetime64[D]"), rate_units(rate for _, rate in rows)
