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

{{ kept_rows(
    'cash_flows',
    'state_id',
    ['organization_id', 'fund_id', 'cash_flow_type', 'transaction_id'],
    cash_flow_measures(),
    ['known_at', 'state_id', 'load_id', 'source_sheet', 'source_row']
) }},

final as (
    select
        {{ surrogate_key(
            ['kept.organization_id', 'kept.fund_id', 'kept.cash_flow_type', 'kept.transaction_id', 'kept.known_from']
        ) }} as cash_flow_key,
        kept.organization_id,
        dim_fund.fund_key,
        kept.fund_id,
        dim_investor.investor_key,
        kept.investor_id,
        kept.commitment_id,
        kept.cash_flow_type,
        kept.transaction_id,
        kept.event_id,
        kept.event_date,
        {{ date_id('kept.event_date') }} as date_id,
        kept.currency,
        kept.base_currency,
        kept.capital_call_amount,
        kept.outside_commitment_amount,
        kept.distribution_amount,
        kept.tax_withheld,
        kept.recallable_amount,
        kept.net_cash_flow,
        kept.known_at,
        kept.state_id,
        kept.load_id,
        kept.source_sheet,
        kept.source_row,
        kept.known_from,
        kept.known_to,
    from kept
    {{ join_version('dim_fund', 'kept', 'event_date') }}
    {{ join_version('dim_investor', 'kept', 'event_date', is_optional=true) }}
)

select * from final
