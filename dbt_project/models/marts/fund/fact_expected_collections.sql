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
    {{ join_version('dim_fund', 'shown', 'as_of_date') }}
    {{ join_version('dim_investor', 'shown', 'as_of_date', is_optional=true) }}
)

select * from final
