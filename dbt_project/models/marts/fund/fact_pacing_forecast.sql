with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

pacing_forecasts as (
    select * from {{ source('calc', 'pacing_forecasts') }}
),

{{ shown_rows('pacing_forecasts', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.scenario', 'shown.event_date']) }}
            as pacing_forecast_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.as_of_date,
        shown.scenario,
        shown.quarter,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.opening_nav,
        shown.opening_unfunded,
        shown.calls,
        shown.distributions,
        shown.growth,
        shown.nav,
        shown.unfunded,
        shown.is_last,
        shown.known_at,
        shown.measured_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'as_of_date') }}
)

select * from final
