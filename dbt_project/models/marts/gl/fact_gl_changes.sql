with changes as (
    select * from {{ ref('int_gl__entry_changes') }}
),

entity_funds as (
    select * from {{ ref('int_gl__entity_funds') }}
),

periods as (
    select * from {{ ref('int_fund__gl_periods') }}
    where known_to is null
),

dated as (
    select
        *,
        coalesce(posting_date_after, posting_date_before) as event_date,
        -- a line that moved to another day changes the day that it left
        coalesce(posting_date_before, posting_date_after) as first_date,
    from changes
),

final as (
    select
        {{ surrogate_key([
            'dated.organization_id', 'dated.load_id', 'dated.gl_system', 'dated.entity', 'dated.journal_id', 'dated.line_id',
        ]) }} as gl_change_key,
        dated.organization_id,
        dated.gl_system as system,
        dated.entity,
        entity_funds.fund_id,
        entity_funds.fund_reason,
        dated.journal_id,
        dated.line_id,
        dated.change_type,
        dated.event_date,
        {{ date_id('dated.event_date') }} as date_id,
        dated.posting_date_before,
        dated.account_code_before,
        dated.amount_before,
        dated.posting_date_after,
        dated.account_code_after,
        dated.amount_after,
        cast(coalesce(dated.amount_after, 0) - coalesce(dated.amount_before, 0) as decimal(24, 4)) as adjustment_amount,
        dated.currency,
        dated.memo,
        case
            when periods.status is not null
                then periods.status = 'CLOSED' and coalesce(periods.closed_at <= dated.known_at, true)
        end as is_period_closed,
        periods.closed_at,
        dated.load_id,
        dated.load_id_before,
        dated.known_at,
    from dated
    inner join entity_funds
        on
            dated.organization_id = entity_funds.organization_id
            and dated.gl_system = entity_funds.gl_system
            and dated.entity = entity_funds.entity
    left join periods
        on
            entity_funds.organization_id = periods.organization_id
            and entity_funds.fund_id = periods.fund_id
            and last_day(least(dated.first_date, dated.event_date)) = periods.period_end
)

select * from final
