"""What must be true of every fund before its figures may be shown: events add up, commitments fit. Source: fund-admin 1.11."""

from __future__ import annotations

from expectations.rules import Suite, between, not_in_set

# A measured state stands for the load that a breach is found in.
STATES = "intermediate.int_fund__measured_states as m"

FUNDS = (
    Suite(
        name="calls_add_up",
        stage="staging",
        relation="intermediate.int_fund__capital_calls",
        description="The notices of every capital call sum to the call.",
        scope="entity",
        entity_type="fund",
        entity_column="fund_id",
        keys=("organization_id", "fund_id", "load_id", "call_id", "gap"),
        query=f"""
            select m.organization_id, m.fund_id, m.measured_id as load_id, c.call_id,
                any_value(c.total_call_amount) - coalesce(sum(n.call_amount), 0) as gap
            from intermediate.int_fund__capital_calls as c
            inner join {STATES} using (state_id, fund_id)
            left join intermediate.int_fund__capital_call_notices as n
                on c.state_id = n.state_id and c.call_id = n.call_id and n.notice_status <> 'CANCELLED'
                    and n.reverses_notice_id is null
            where c.call_status in ('ISSUED', 'SETTLED')
            group by all
        """,
        rules=(
            between(
                "capital_call_reconciliation",
                "gap",
                "the notices of a capital call sum to the call",
                at_least=-0.01,
                at_most=0.01,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="distributions_add_up",
        stage="staging",
        relation="intermediate.int_fund__distributions",
        description="The notices of every distribution sum to the distribution.",
        scope="entity",
        entity_type="fund",
        entity_column="fund_id",
        keys=("organization_id", "fund_id", "load_id", "distribution_id", "gap"),
        query=f"""
            select m.organization_id, m.fund_id, m.measured_id as load_id, d.distribution_id,
                any_value(d.total_distribution_amount) - coalesce(sum(n.gross_distribution), 0) as gap
            from intermediate.int_fund__distributions as d
            inner join {STATES} using (state_id, fund_id)
            left join intermediate.int_fund__distribution_notices as n
                on d.state_id = n.state_id and d.distribution_id = n.distribution_id and n.notice_status <> 'CANCELLED'
            where d.distribution_status <> 'CANCELLED'
            group by all
        """,
        rules=(
            between(
                "distribution_reconciliation",
                "gap",
                "the notices of a distribution sum to its gross amount",
                at_least=-0.01,
                at_most=0.01,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="commitments_fit",
        stage="staging",
        relation="intermediate.int_fund__commitments",
        description="Active commitments stay within the capacity of their fund, with 5 % for monitoring.",
        scope="entity",
        entity_type="fund",
        entity_column="fund_id",
        keys=("organization_id", "fund_id", "load_id", "share_of_fund_size"),
        query=f"""
            select m.organization_id, m.fund_id, m.measured_id as load_id,
                sum(e.committed) / any_value(f.fund_size) as share_of_fund_size
            from intermediate.int_fund__commitments as c
            inner join {STATES} using (state_id, fund_id)
            inner join intermediate.int_fund__funds as f using (state_id, fund_id)
            inner join intermediate.int_fund__commitment_events as e using (state_id, commitment_id)
            where c.status = 'ACTIVE' and f.fund_size > 0 and e.currency = f.base_currency
            group by all
        """,
        rules=(
            between(
                "commitment_consistency",
                "share_of_fund_size",
                "active commitments are at most 1.05 times the fund's size",
                at_most=1.05,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="commitments_are_not_overdrawn",
        stage="calc",
        relation="calc.commitment_roll",
        description="No more is called under a commitment than it holds.",
        scope="row",
        keys=("organization_id", "fund_id", "commitment_id", "event_date", "unfunded"),
        query=f"select b.* from calc.commitment_roll as b inner join {STATES} using (measured_id) where m.known_to is null",
        rules=(
            between(
                "unfunded_is_not_negative",
                "unfunded",
                "calls inside a commitment never exceed it",
                at_least=0,
            ),
        ),
    ),
    Suite(
        name="capital_activity_agrees",
        stage="calc",
        relation="calc.capital_findings",
        description="What workbooks state of calls, distributions, closings and transfers is what their terms make of it.",
        scope="row",
        keys=("organization_id", "fund_id", "rule_code", "entity_id", "amount_stated", "amount", "message"),
        query=f"select d.* from calc.capital_findings as d inner join {STATES} using (measured_id) where m.known_to is null",
        rules=(
            between(
                "stated_amounts_are_the_computed_ones",
                "difference",
                "stated and computed amounts differ by 0.01 at most",
                at_least=-0.01,
                at_most=0.01,
            ),
            not_in_set(
                "transferees_are_approved",
                "rule_code",
                ["TRANSFEREE_KYC", "TRANSFEREE_AML"],
                "a commitment passes only to an investor whose checks are approved",
                severity="critical",
            ),
            not_in_set(
                "capital_activity_breaks_no_rule",
                "severity",
                ["critical"],
                "no transfer or closing breaks a rule that forbids it",
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="late_interest_is_shared_whole",
        stage="calc",
        relation="calc.late_interest",
        description="What late partners owe in interest is what the fund or other partners receive.",
        keys=("organization_id", "fund_id", "notice_id", "unshared"),
        query=f"""
            select l.organization_id, l.fund_id, l.notice_id, sum(l.amount) as unshared
            from calc.late_interest as l inner join {STATES} using (measured_id)
            where m.known_to is null group by all
        """,
        rules=(
            between(
                "late_interest_owed_is_received",
                "unshared",
                "the shares of late interest add up to what is owed",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="defaults_are_remedied",
        stage="calc",
        relation="calc.fund_defaults",
        description="Every default has a remedy that can be carried out, and what passes between partners is kept.",
        keys=("organization_id", "fund_id", "notice_id", "remedy", "reason", "defaulted_amount", "open_amount", "lost"),
        query=f"""
            with passed as (
                select activity_id, default_id, sum(abs(balance)) as lost from (
                    select activity_id, default_id, account, sum(amount) as balance from calc.default_movements
                    where remedy in ('FORFEITURE', 'FORCED_SALE', 'COVER_BY_OTHERS') group by all
                ) as balances group by all
            )
            select d.*, coalesce(p.lost, 0) as lost
            from calc.fund_defaults as d inner join {STATES} using (measured_id)
            left join passed as p using (activity_id, default_id)
            where m.known_to is null
        """,
        rules=(
            not_in_set(
                "every_default_has_a_remedy",
                "reason",
                ["NO_REMEDY_CHOSEN", "REMEDY_NOT_POSSIBLE"],
                "a default is remedied as its terms allow",
            ),
            between(
                "what_a_remedy_takes_others_receive",
                "lost",
                "what passes between partners adds up to zero on each account",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="payments_are_not_repeated",
        stage="staging",
        relation="intermediate.int_fund__payments",
        description="One amount, investor and reference within three days is one payment sent twice.",
        scope="row",
        keys=("organization_id", "fund_id", "payment_id", "bank_reference", "repeats"),
        query=f"""
            select m.organization_id, m.fund_id, p.payment_id, p.bank_reference,
                count(*) over (
                    partition by m.measured_id, c.investor_id, p.direction, p.amount, p.bank_reference
                    order by p.value_date range between interval 3 days preceding and interval 3 days following
                ) - 1 as repeats
            from intermediate.int_fund__payments as p
            inner join intermediate.int_fund__capital_call_notices as n using (state_id, notice_id)
            inner join intermediate.int_fund__commitments as c using (state_id, commitment_id)
            inner join {STATES} using (state_id, fund_id)
            where m.known_to is null and p.status = 'PAID' and p.bank_reference is not null
        """,
        rules=(
            between(
                "no_payment_is_sent_twice",
                "repeats",
                "no other payment of the amount, investor and reference lies within three days",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="notices_are_not_repeated",
        stage="staging",
        relation="intermediate.int_fund__capital_call_notices",
        description="One amount called of one commitment twice within three days is one notice sent twice.",
        scope="row",
        keys=("organization_id", "fund_id", "notice_id", "call_id", "repeats"),
        query=f"""
            select m.organization_id, m.fund_id, n.notice_id, n.call_id,
                count(*) over (
                    partition by m.measured_id, n.commitment_id, n.call_amount, k.call_purpose
                    order by coalesce(n.due_date, k.due_date)
                    range between interval 3 days preceding and interval 3 days following
                ) - 1 as repeats
            from intermediate.int_fund__capital_call_notices as n
            inner join intermediate.int_fund__capital_calls as k using (state_id, call_id)
            inner join {STATES} using (state_id, fund_id)
            where m.known_to is null and n.notice_status not in ('CANCELLED', 'WAIVED') and n.call_amount > 0
                and n.reverses_notice_id is null and k.reverses_call_id is null
        """,
        rules=(
            between(
                "no_notice_is_sent_twice",
                "repeats",
                "no other notice of the amount and commitment falls due within three days",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="fund_values_are_recent",
        stage="calc",
        relation="calc.fund_performance",
        description="The newest value of a fund rests on valuations of the last two quarters.",
        scope="row",
        keys=("organization_id", "fund_id", "event_date", "oldest_value_date"),
        query=f"""
            select p.*, p.event_date - p.oldest_value_date as age_in_days
            from calc.fund_performance as p inner join {STATES} using (measured_id)
            where m.known_to is null
            qualify row_number() over (partition by p.measured_id order by p.event_date desc) = 1
        """,
        rules=(
            between(
                "valuations_are_not_stale",
                "age_in_days",
                "no valuation behind the newest value is older than 184 days",
                at_most=184,
            ),
            not_in_set(
                "exchange_rates_are_known_and_recent",
                "nav_reason",
                ["FX_MISSING", "FX_STALE"],
                "every amount in another currency has a rate that is recent enough",
            ),
        ),
    ),
)
