with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

pacing_assumptions as (
    select * from {{ source('calc', 'pacing_assumptions') }}
),

{{ shown_rows('pacing_assumptions', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['organization_id', 'fund_id', 'scenario']) }} as pacing_assumption_key,
        organization_id,
        fund_id,
        as_of_date,
        as_of_date as event_date,
        {{ date_id('as_of_date') }} as date_id,
        scenario,
        currency,
        fund_type,
        nav,
        unfunded,
        age_years,
        life_years,
        contribution_rates,
        bow,
        growth_rate,
        yield_rate,
        effective_date,
        source,
        reason,
        known_at,
        measured_id,
    from shown
)

select * from final
