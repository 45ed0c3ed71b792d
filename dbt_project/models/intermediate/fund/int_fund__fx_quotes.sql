with fx_rates as (
    select * from {{ ref('stg_market__fx_rates') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

cash_flows as (
    select * from {{ ref('int_fund__cash_flows') }}
),

fair_values as (
    select * from {{ ref('int_fund__fair_values') }}
),

commitment_events as (
    select * from {{ ref('int_fund__commitment_events') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

index_levels as (
    select * from {{ ref('int_market__index_levels') }}
),

foreign_amounts as (
    select
        organization_id,
        currency,
        base_currency,
    from cash_flows
    union
    select
        organization_id,
        currency,
        base_currency,
    from fair_values
    union
    select
        commitment_events.organization_id,
        commitment_events.currency,
        funds.base_currency,
    from commitment_events
    inner join funds
        on
            commitment_events.state_id = funds.state_id
            and commitment_events.fund_id = funds.fund_id
    union
    -- a fund is compared with an index in the fund's currency
    select
        funds.organization_id,
        index_levels.currency,
        funds.base_currency,
    from funds
    inner join index_levels
        on funds.benchmark_index_id = index_levels.index_id
),

-- the euro is the vehicle of a cross
needed as (
    select
        organization_id,
        currency,
    from foreign_amounts
    where currency <> base_currency
    union
    select
        organization_id,
        base_currency as currency,
    from foreign_amounts
    where currency <> base_currency
    union
    select
        organization_id,
        'EUR' as currency,
    from foreign_amounts
    where currency <> base_currency
),

final as (
    select
        base_needed.organization_id,
        fx_rates.base_currency,
        fx_rates.quote_currency,
        fx_rates.rate_date,
        fx_rates.source,
        fx_rates.rate,
        loads.organization_id = base_needed.organization_id as is_own,
        loads.as_of as load_as_of,
        loads.known_at,
        loads.withdrawn_at,
        loads.load_id,
        fx_rates.source_sheet,
        fx_rates.source_row,
        fx_rates.source_column,
    from fx_rates
    inner join loads
        on fx_rates.load_id = loads.load_id
    inner join needed as base_needed
        on
            fx_rates.base_currency = base_needed.currency
            and loads.organization_id in (base_needed.organization_id, '_shared')
    inner join needed as quote_needed
        on
            base_needed.organization_id = quote_needed.organization_id
            and fx_rates.quote_currency = quote_needed.currency
    where fx_rates.row_action <> 'delete'
)

select * from final
