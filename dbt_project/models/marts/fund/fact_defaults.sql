with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

stated_defaults as (
    select
        *,
        default_date as event_date,
    from {{ source('calc', 'fund_defaults') }}
),

{{ shown_rows('stated_defaults', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.notice_id', 'shown.default_id']) }} as default_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.default_id,
        shown.notice_id,
        shown.call_id,
        shown.commitment_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.due_date,
        shown.written_notice_date,
        shown.cure_days,
        shown.cure_day_type,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.remedies_by_terms,
        shown.remedy,
        shown.is_booked,
        shown.currency,
        shown.defaulted_amount,
        shown.paid_amount,
        shown.remedied_amount,
        shown.open_amount,
        shown.amount,
        shown.amount_stated,
        shown.difference,
        shown.reason,
        shown.forfeited_share,
        shown.late_interest,
        shown.late_interest_reason,
        shown.cured_date,
        shown.cured_date_stated,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final
