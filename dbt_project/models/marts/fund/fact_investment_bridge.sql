with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investment as (
    select * from {{ ref('dim_investment') }}
),

investment_bridge as (
    select * from {{ source('calc', 'investment_bridge') }}
),

{{ shown_rows('investment_bridge', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id', 'shown.fund_id', 'shown.investment_id', 'shown.event_date'
        ]) }} as investment_bridge_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investment.investment_key,
        shown.investment_id,
        shown.opening_date,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.local_currency,
        shown.opening_value,
        shown.invested,
        shown.returned,
        shown.realised_gain,
        shown.unrealised_gain,
        shown.fx_effect,
        shown.fx_convention,
        shown.unexplained,
        shown.closing_value,
        shown.reason,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investment', 'shown', 'event_date', is_optional=true) }}
)

select * from final
