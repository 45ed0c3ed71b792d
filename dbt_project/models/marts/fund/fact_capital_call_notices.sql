with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

capital_call_notices as (
    select * from {{ source('calc', 'capital_call_notices') }}
),

{{ shown_rows('capital_call_notices', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.notice_id']) }} as notice_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.call_id,
        shown.call_number,
        shown.call_date,
        shown.allocation_basis,
        shown.notice_id,
        shown.commitment_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.due_date,
        shown.due_date as event_date,
        {{ date_id('shown.due_date') }} as date_id,
        shown.currency,
        shown.call_amount,
        shown.call_amount_stated,
        shown.call_amount_difference,
        shown.call_amount_reason,
        shown.percentage_called,
        shown.percentage_called_stated,
        shown.due_amount,
        shown.paid_amount,
        shown.outstanding_amount,
        shown.credit_amount,
        shown.payment_count,
        shown.refused_payment_count,
        shown.payment_date,
        shown.payment_date_stated,
        shown.days_late,
        shown.overdue_from,
        shown.defaulted_from,
        shown.late_interest,
        shown.late_interest_stated,
        shown.late_interest_reason,
        shown.notice_status,
        shown.notice_status_stated,
        shown.load_id,
        shown.source_sheet,
        shown.source_row,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'due_date') }}
    {{ join_version('dim_investor', 'shown', 'due_date', is_optional=true) }}
)

select * from final
