with ledgers as (
    select * from {{ ref('int_gl__ledgers') }}
),

ties as (
    select * from {{ source('calc', 'gl_nav_ties') }}
),

final as (
    select
        {{ surrogate_key(['ties.ledger_id', 'ties.period_end', 'ties.compared_with', 'ties.item']) }} as gl_nav_tie_key,
        ties.organization_id,
        ties.gl_system as system,
        ties.entity,
        ties.fund_id,
        ties.period_start,
        ties.period_end,
        ties.period_end as event_date,
        {{ date_id('ties.period_end') }} as date_id,
        ties.compared_with,
        ties.item,
        ties.currency,
        ties.ledger_amount,
        ties.stated_amount,
        ties.difference,
        ties.tolerance,
        ties.is_tied,
        ties.reason,
        ties.known_at,
        ledgers.state_id,
    from ties
    inner join ledgers
        on ties.ledger_id = ledgers.ledger_id
)

select * from final
