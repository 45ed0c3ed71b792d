with valuations as (
    select * from {{ ref('int_fund__valuations') }}
),

investments as (
    select * from {{ ref('int_fund__investments') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

superseded as (
    select distinct
        state_id,
        supersedes_valuation_id as valuation_id,
    from valuations
    where supersedes_valuation_id is not null
),

final as (
    select
        valuations.state_id,
        valuations.organization_id,
        investments.fund_id,
        valuations.investment_id,
        valuations.valuation_id,
        valuations.valuation_date,
        coalesce(valuations.currency, investments.currency, funds.base_currency) as currency,
        funds.base_currency,
        valuations.fair_value,
        valuations.remaining_cost,
        valuations.unrealized_gain_loss as unrealized_gain_loss_stated,
        valuations.fair_value - valuations.remaining_cost as unrealized_gain_loss,
        valuations.valuation_method,
        valuations.valuation_source,
        valuations.fair_value_level,
        greatest(valuations.known_at, investments.known_at) as known_at,
        valuations.load_id,
        valuations.source_sheet,
        valuations.source_row,
    from valuations
    inner join investments
        on
            valuations.state_id = investments.state_id
            and valuations.investment_id = investments.investment_id
    inner join funds
        on
            investments.state_id = funds.state_id
            and investments.fund_id = funds.fund_id
    left join superseded
        on
            valuations.state_id = superseded.state_id
            and valuations.valuation_id = superseded.valuation_id
    where superseded.valuation_id is null
)

select * from final
