with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

fund_carry_movements as (
    select * from {{ source('calc', 'fund_carry_movements') }}
),

{{ kept_rows(
    'fund_carry_movements',
    'measured_id',
    ['organization_id', 'fund_id', 'event_date', 'entry_type', 'distribution_id', 'commitment_id'],
    carry_movement_measures(),
    ['known_at', 'state_id']
) }},

final as (
    select
        {{ surrogate_key([
            'kept.organization_id',
            'kept.fund_id',
            'kept.event_date',
            'kept.entry_type',
            'kept.distribution_id',
            'kept.commitment_id',
            'kept.known_from',
        ]) }}
            as carry_movement_key,
        kept.organization_id,
        dim_fund.fund_key,
        kept.fund_id,
        dim_investor.investor_key,
        kept.investor_id,
        kept.commitment_id,
        kept.distribution_id,
        kept.event_date,
        {{ date_id('kept.event_date') }} as date_id,
        kept.entry_type,
        kept.balance_code,
        kept.currency,
        kept.amount,
        kept.balance,
        kept.known_at,
        kept.state_id,
        kept.known_from,
        kept.known_to,
    from kept
    inner join dim_fund
        on
            kept.organization_id = dim_fund.organization_id
            and kept.fund_id = dim_fund.fund_id
            and {{ valid_on('dim_fund', 'kept.event_date') }}
    left join dim_investor
        on
            kept.organization_id = dim_investor.organization_id
            and kept.investor_id = dim_investor.investor_id
            and {{ valid_on('dim_investor', 'kept.event_date') }}
)

select * from final
