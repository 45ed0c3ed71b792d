with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

value_bridge as (
    select * from {{ source('calc', 'value_bridge') }}
),

{{ shown_rows('value_bridge', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.event_date']) }} as value_bridge_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.opening_date,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.opening_nav,
        shown.contributions,
        shown.distributions,
        shown.realised_gain,
        shown.unrealised_gain,
        shown.income,
        shown.fees,
        shown.expenses,
        shown.accrued_carry,
        shown.closing_nav,
        shown.unexplained,
        shown.reason,
        shown.contributions_stated,
        shown.distributions_stated,
        shown.realised_gain_stated,
        shown.unrealised_gain_stated,
        shown.income_stated,
        shown.fees_stated,
        shown.expenses_stated,
        shown.accrued_carry_stated,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
)

select * from final
