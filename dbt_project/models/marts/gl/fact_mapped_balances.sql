with ledgers as (
    select * from {{ ref('int_gl__ledgers') }}
),

balances as (
    select * from {{ source('calc', 'gl_mapped_balances') }}
),

final as (
    select
        {{ surrogate_key(['balances.ledger_id', 'balances.period_end', 'balances.account_code']) }}
            as mapped_balance_key,
        balances.organization_id,
        balances.gl_system as system,
        balances.entity,
        balances.fund_id,
        balances.period_start,
        balances.period_end,
        balances.period_end as event_date,
        {{ date_id('balances.period_end') }} as date_id,
        balances.account_code,
        balances.account_type,
        balances.nav_line,
        balances.currency,
        balances.opening_balance,
        balances.closing_balance,
        balances.movement,
        balances.mapping_ids,
        balances.source_accounts,
        balances.known_at,
        ledgers.state_id,
    from balances
    inner join ledgers
        on balances.ledger_id = ledgers.ledger_id
)

select * from final
