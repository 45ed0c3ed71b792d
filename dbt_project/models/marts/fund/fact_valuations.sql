with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investment as (
    select * from {{ ref('dim_investment') }}
),

fair_values as (
    select
        *,
        valuation_date as event_date,
    from {{ ref('int_fund__fair_values') }}
    -- one valuation a day; of two that are left side by side the later row
    qualify row_number() over (
        partition by state_id, investment_id, valuation_date order by known_at desc, source_row desc
    ) = 1
),

{{ shown_rows('fair_values', 'state_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.investment_id', 'shown.event_date']) }} as valuation_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investment.investment_key,
        shown.investment_id,
        shown.valuation_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.fair_value,
        shown.remaining_cost,
        cast(shown.unrealized_gain_loss as decimal(24, 4)) as unrealized_gain_loss,
        shown.unrealized_gain_loss_stated,
        shown.valuation_method,
        shown.valuation_source,
        shown.fair_value_level,
        shown.known_at,
        shown.state_id,
        shown.load_id,
        shown.source_sheet,
        shown.source_row,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investment', 'shown', 'event_date') }}
)

select * from final
