with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

default_movements as (
    select * from {{ source('calc', 'default_movements') }}
),

{{ shown_rows('default_movements', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.default_id', 'shown.movement_number']) }}
            as default_movement_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.default_id,
        shown.movement_number,
        shown.notice_id,
        shown.remedy,
        shown.account,
        shown.party_type,
        shown.commitment_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.amount,
        shown.is_booked,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final
