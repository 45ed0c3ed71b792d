with investor_banking as (
    select * from {{ ref('stg_fund__investor_banking') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

horizons as (
    select distinct
        investor_banking.organization_id,
        run.known_at as horizon_known_at,
    from investor_banking
    -- 1:1, the run context has one row
    cross join run
),

final as (
    {{ dimension_states(
        'investor_banking',
        'fund_investor_banking',
        ['banking_id'],
        bank_account_attributes() + restricted_bank_account_attributes(),
        'horizons',
        []
    ) }}
)

select * from final
