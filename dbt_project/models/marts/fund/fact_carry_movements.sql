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

{{ shown_rows('fund_carry_movements', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.event_date',
            'shown.entry_type',
            'shown.distribution_id',
            'shown.commitment_id',
        ]) }}
            as carry_movement_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.commitment_id,
        shown.distribution_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.entry_type,
        shown.balance_code,
        shown.currency,
        shown.amount,
        shown.balance,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final
