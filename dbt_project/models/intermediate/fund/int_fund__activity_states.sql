with measured_states as (
    select * from {{ ref('int_fund__measured_states') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

capital_calls as (
    select * from {{ ref('int_fund__capital_calls') }}
),

commitment_events as (
    select * from {{ ref('int_fund__commitment_events') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

closings as (
    select * from {{ ref('int_fund__closings') }}
),

terms as (
    select * from {{ ref('int_fund__terms') }}
),

index_rates as (
    select * from {{ ref('int_market__index_rates') }}
),

holidays as (
    select * from {{ ref('int_market__holidays') }}
),

-- a file that says nothing of a fund does not make its notices older
speaking_loads as (
    select
        state_id,
        fund_id,
        load_id,
    from funds
    union
    select
        state_id,
        fund_id,
        load_id,
    from capital_calls
    union
    select
        state_id,
        fund_id,
        load_id,
    from commitment_events
),

stated as (
    select
        speaking_loads.state_id,
        speaking_loads.fund_id,
        max(loads.as_of) as as_of,
    from speaking_loads
    inner join loads
        on speaking_loads.load_id = loads.load_id
    group by speaking_loads.state_id, speaking_loads.fund_id
),

-- late interest on an index is calculated again when its fixings are
funds_on_an_index as (
    select
        state_id,
        fund_id,
    from closings
    where benchmark_index_id is not null
    union
    select
        state_id,
        fund_id,
    from terms
    where term_value like '%"index_id"%'
),

market_loads as (
    select distinct
        organization_id,
        load_id,
        true as is_of_index,
    from index_rates
    union all
    select distinct
        organization_id,
        load_id,
        false as is_of_index,
    from holidays
),

markets as (
    select
        measured_states.measured_id,
        md5(string_agg(market_loads.load_id, ',' order by market_loads.load_id)) as market_id,
    from measured_states
    left join funds_on_an_index
        on
            measured_states.state_id = funds_on_an_index.state_id
            and measured_states.fund_id = funds_on_an_index.fund_id
    -- 1:n on purpose, every load that the fund's figures may rest on
    inner join market_loads
        on
            market_loads.organization_id in (measured_states.organization_id, '_shared')
            and (not market_loads.is_of_index or funds_on_an_index.fund_id is not null)
    group by measured_states.measured_id
),

final as (
    select
        {{ surrogate_key(['measured_states.measured_id', 'markets.market_id']) }} as activity_id,
        measured_states.measured_id,
        measured_states.state_id,
        measured_states.organization_id,
        measured_states.fund_id,
        measured_states.known_from,
        measured_states.known_to,
        stated.as_of,
    from measured_states
    inner join stated
        on
            measured_states.state_id = stated.state_id
            and measured_states.fund_id = stated.fund_id
    left join markets
        on measured_states.measured_id = markets.measured_id
)

select * from final
