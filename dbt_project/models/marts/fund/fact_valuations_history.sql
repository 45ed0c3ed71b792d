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

{{ kept_rows(
    'fair_values',
    'state_id',
    ['organization_id', 'investment_id', 'event_date'],
    valuation_measures(),
    ['known_at', 'state_id', 'load_id', 'source_sheet', 'source_row']
) }},

final as (
    select
        {{ surrogate_key(['kept.organization_id', 'kept.investment_id', 'kept.event_date', 'kept.known_from']) }}
            as valuation_key,
        kept.organization_id,
        dim_fund.fund_key,
        kept.fund_id,
        dim_investment.investment_key,
        kept.investment_id,
        kept.valuation_id,
        kept.event_date,
        {{ date_id('kept.event_date') }} as date_id,
        kept.currency,
        kept.fair_value,
        kept.remaining_cost,
        cast(kept.unrealized_gain_loss as decimal(24, 4)) as unrealized_gain_loss,
        kept.unrealized_gain_loss_stated,
        kept.valuation_method,
        kept.valuation_source,
        kept.fair_value_level,
        kept.known_at,
        kept.state_id,
        kept.load_id,
        kept.source_sheet,
        kept.source_row,
        kept.known_from,
        kept.known_to,
    from kept
    {{ join_version('dim_fund', 'kept', 'event_date') }}
    {{ join_version('dim_investment', 'kept', 'event_date') }}
)

select * from final
