with entries as (
    select * from {{ ref('int_gl__entries') }}
),

balances as (
    select * from {{ ref('stg_gl__report_balances') }}
),

reports as (
    select * from {{ ref('int_gl__reports') }}
),

-- what stood on an account before the first day that any report covers
openings as (
    select
        balances.organization_id,
        balances.gl_system,
        balances.entity,
        balances.account_code,
        balances.account_name,
        balances.account_type,
        balances.opening_balance,
        balances.period_start,
        reports.known_at,
        balances.load_id,
    from balances
    inner join reports
        on
            balances.load_id = reports.load_id
            and balances.gl_system = reports.gl_system
            and balances.entity = reports.entity
    qualify
        row_number() over (
            partition by balances.organization_id, balances.gl_system, balances.entity, balances.account_code
            order by balances.period_start asc, reports.report_order desc
        ) = 1
),

months as (
    select
        organization_id,
        gl_system,
        entity,
        account_code,
        max(account_name) as account_name,
        max(account_type) as account_type,
        date_trunc('month', posting_date) as month_start,
        sum(coalesce(debit, 0)) as debit,
        sum(coalesce(credit, 0)) as credit,
        max(known_at) as known_at,
        max(load_id) as load_id,
    from entries
    group by organization_id, gl_system, entity, account_code, date_trunc('month', posting_date)
),

-- an account that nothing was posted to still has what it opened with
moved as (
    select * from months
    union all
    select
        openings.organization_id,
        openings.gl_system,
        openings.entity,
        openings.account_code,
        openings.account_name,
        openings.account_type,
        date_trunc('month', openings.period_start) as month_start,
        0 as debit,
        0 as credit,
        openings.known_at,
        openings.load_id,
    from openings
    left join months
        on
            openings.organization_id = months.organization_id
            and openings.gl_system = months.gl_system
            and openings.entity = months.entity
            and openings.account_code = months.account_code
    where months.account_code is null
),

-- a journal states no balances: its accounts have movements and neither an opening nor a closing balance
final as (
    select
        moved.organization_id,
        moved.gl_system,
        moved.entity,
        moved.account_code,
        coalesce(openings.account_name, moved.account_name) as account_name,
        coalesce(openings.account_type, moved.account_type) as account_type,
        cast(moved.month_start as date) as period_start,
        last_day(cast(moved.month_start as date)) as period_end,
        cast(
            openings.opening_balance + coalesce(
                sum(moved.debit - moved.credit) over (
                    partition by
                        moved.organization_id,
                        moved.gl_system,
                        moved.entity,
                        moved.account_code
                    order by moved.month_start
                    rows between unbounded preceding and 1 preceding
                ),
                0
            ) as decimal(38, 4)
        ) as opening_balance,
        cast(moved.debit as decimal(38, 4)) as debit,
        cast(moved.credit as decimal(38, 4)) as credit,
        cast(
            openings.opening_balance + sum(moved.debit - moved.credit) over (
                partition by
                    moved.organization_id,
                    moved.gl_system,
                    moved.entity,
                    moved.account_code
                order by moved.month_start
                rows between unbounded preceding and current row
            ) as decimal(38, 4)
        ) as closing_balance,
        moved.known_at,
        moved.load_id,
    from moved
    left join openings
        on
            moved.organization_id = openings.organization_id
            and moved.gl_system = openings.gl_system
            and moved.entity = openings.entity
            and moved.account_code = openings.account_code
)

select * from final
