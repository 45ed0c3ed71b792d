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
    {{ join_version('dim_fund', 'kept', 'event_date') }}
    {{ join_version('dim_investor', 'kept', 'event_date', is_optional=true) }}
)

select * from final
