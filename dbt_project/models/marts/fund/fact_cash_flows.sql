with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

cash_flows as (
    select * from {{ ref('int_fund__cash_flows') }}
),

{{ shown_rows('cash_flows', 'state_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.cash_flow_type', 'shown.transaction_id']) }}
            as cash_flow_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.commitment_id,
        shown.cash_flow_type,
        shown.transaction_id,
        shown.event_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.base_currency,
        shown.capital_call_amount,
        shown.outside_commitment_amount,
        shown.distribution_amount,
        shown.tax_withheld,
        shown.recallable_amount,
        shown.net_cash_flow,
        shown.known_at,
        shown.state_id,
        shown.load_id,
        shown.source_sheet,
        shown.source_row,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final
