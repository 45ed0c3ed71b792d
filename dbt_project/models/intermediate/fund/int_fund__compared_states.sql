with measured_states as (
    select * from {{ ref('int_fund__measured_states') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

benchmark_levels as (
    select * from {{ ref('int_fund__benchmark_levels') }}
),

fx_quotes as (
    select * from {{ ref('int_fund__fx_quotes') }}
),

known_levels as (
    select
        organization_id,
        index_id,
        min(currency) as index_currency,
        md5(string_agg(distinct load_id, ',' order by load_id) || ':' || count(*)) as levels_id,
    from benchmark_levels
    group by organization_id, index_id
),

known_rates as (
    select
        organization_id,
        md5(string_agg(distinct load_id, ',' order by load_id) || ':' || count(*)) as rates_id,
    from fx_quotes
    where withdrawn_at is null
    group by organization_id
),

compared as (
    select
        measured_states.measured_id,
        measured_states.state_id,
        measured_states.organization_id,
        measured_states.fund_id,
        measured_states.known_from,
        measured_states.known_to,
        funds.base_currency,
        funds.benchmark_index_id as index_id,
        known_levels.levels_id,
        -- rates matter only where levels have to be converted
        case when known_levels.index_currency <> funds.base_currency then known_rates.rates_id end as rates_id,
    from measured_states
    inner join funds
        on
            measured_states.state_id = funds.state_id
            and measured_states.fund_id = funds.fund_id
    left join known_levels
        on
            measured_states.organization_id = known_levels.organization_id
            and funds.benchmark_index_id = known_levels.index_id
    left join known_rates
        on measured_states.organization_id = known_rates.organization_id
),

final as (
    select
        {{ surrogate_key(['measured_id', 'index_id', 'levels_id', 'rates_id']) }} as compared_id,
        measured_id,
        state_id,
        organization_id,
        fund_id,
        base_currency,
        index_id,
        known_from,
        known_to,
    from compared
)

select * from final
