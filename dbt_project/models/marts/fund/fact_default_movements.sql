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
    inner join dim_fund
        on
            shown.organization_id = dim_fund.organization_id
            and shown.fund_id = dim_fund.fund_id
            and {{ valid_on('dim_fund', 'shown.event_date') }}
    left join dim_investor
        on
            shown.organization_id = dim_investor.organization_id
            and shown.investor_id = dim_investor.investor_id
            and {{ valid_on('dim_investor', 'shown.event_date') }}
)

select * from final
