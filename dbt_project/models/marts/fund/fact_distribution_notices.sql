with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

distribution_notices as (
    select * from {{ source('calc', 'distribution_notices') }}
),

{{ shown_rows('distribution_notices', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.notice_id']) }} as distribution_notice_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.distribution_id,
        shown.distribution_number,
        shown.distribution_date,
        shown.distribution_date as event_date,
        {{ date_id('shown.distribution_date') }} as date_id,
        shown.record_date,
        shown.distribution_type,
        shown.investment_id,
        shown.notice_id,
        shown.commitment_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.currency,
        shown.gross_distribution,
        shown.gross_distribution_stated,
        shown.management_fee_offset_stated,
        shown.carried_interest_stated,
        shown.tax_withholding,
        shown.tax_withholding_stated,
        shown.net_distribution,
        shown.net_distribution_stated,
        shown.net_difference,
        shown.computed_reason,
        shown.recallable_amount,
        shown.recallable_amount_stated,
        shown.recallable_reason,
        shown.recallable_until,
        shown.recallable_until_stated,
        shown.paid_amount,
        shown.outstanding_amount,
        shown.notice_status,
        shown.notice_status_stated,
        shown.payment_date,
        shown.load_id,
        shown.source_sheet,
        shown.source_row,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'distribution_date') }}
    {{ join_version('dim_investor', 'shown', 'distribution_date', is_optional=true) }}
)

select * from final
