with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

facility_use as (
    select * from {{ source('calc', 'facility_use') }}
),

{{ shown_rows('facility_use', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.facility_id', 'shown.event_date']) }} as facility_use_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.facility_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.facility_size,
        shown.balance,
        shown.unfunded,
        shown.financed_share,
        shown.financed_share_reason,
        shown.average_days_outstanding,
        shown.average_days_outstanding_reason,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
)

select * from final
