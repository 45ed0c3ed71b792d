with balances as (
    select * from {{ ref('int_gl__trial_balance') }}
),

entity_funds as (
    select * from {{ ref('int_gl__entity_funds') }}
),

final as (
    select
        {{ surrogate_key(
            ['balances.organization_id', 'balances.gl_system', 'balances.entity', 'balances.account_code', 'balances.period_start']
        ) }} as trial_balance_key,
        balances.organization_id,
        balances.gl_system as system,
        balances.entity,
        entity_funds.fund_id,
        entity_funds.fund_reason,
        balances.account_code,
        balances.account_name,
        balances.account_type,
        balances.period_start,
        balances.period_end,
        balances.period_end as event_date,
        {{ date_id('balances.period_end') }} as date_id,
        balances.opening_balance,
        balances.debit,
        balances.credit,
        balances.closing_balance,
        balances.known_at,
        balances.load_id,
    from balances
    inner join entity_funds
        on
            balances.organization_id = entity_funds.organization_id
            and balances.gl_system = entity_funds.gl_system
            and balances.entity = entity_funds.entity
)

select * from final
