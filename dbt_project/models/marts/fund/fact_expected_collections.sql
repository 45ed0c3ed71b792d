with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

expected_collections as (
    select * from {{ source('calc', 'expected_collections') }}
),

{{ shown_rows('expected_collections', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.notice_id', 'shown.horizon_days']) }}
            as expected_collection_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.notice_id,
        shown.as_of_date,
        shown.due_date,
        shown.days_late,
        shown.horizon_days,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.outstanding,
        shown.expected_amount,
        shown.own_call_count,
        shown.fund_call_count,
        shown.credibility,
        shown.reason,
        shown.known_at,
        shown.measured_id,
    from shown
    inner join dim_fund
        on
            shown.organization_id = dim_fund.organization_id
            and shown.fund_id = dim_fund.fund_id
            and {{ valid_on('dim_fund', 'shown.as_of_date') }}
    left join dim_investor
        on
            shown.organization_id = dim_investor.organization_id
            and shown.investor_id = dim_investor.investor_id
            and {{ valid_on('dim_investor', 'shown.as_of_date') }}
)

select * from final
