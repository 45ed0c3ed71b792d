with funds as (
    select * from {{ ref('int_fund__funds') }}
),

fx_quotes as (
    select * from {{ ref('int_fund__fx_quotes') }}
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

foreign_funds as (
    select
        state_id,
        fund_id,
    from cash_flows
    where currency <> base_currency
    union
    select
        state_id,
        fund_id,
    from fair_values
    where currency <> base_currency
    union
    select
        commitment_events.state_id,
        commitment_events.fund_id,
    from commitment_events
    inner join funds
        on
            commitment_events.state_id = funds.state_id
            and commitment_events.fund_id = funds.fund_id
    where commitment_events.currency <> funds.base_currency
),

fx_loads as (
    select distinct
        organization_id,
        load_id,
        known_at,
        withdrawn_at,
    from fx_quotes
),

fx_instants as (
    select
        organization_id,
        known_at as instant,
    from fx_loads
    union
    select
        organization_id,
        withdrawn_at as instant,
    from fx_loads
    where withdrawn_at is not null
),

-- a fund with amounts in another currency is measured again whenever rates become known
instants as (
    select
        state_id,
        organization_id,
        fund_id,
        known_from as instant,
        known_to as state_known_to,
    from funds
    union
    select
        funds.state_id,
        funds.organization_id,
        funds.fund_id,
        fx_instants.instant,
        funds.known_to as state_known_to,
    from funds
    inner join foreign_funds
        on
            funds.state_id = foreign_funds.state_id
            and funds.fund_id = foreign_funds.fund_id
    inner join fx_instants
        on
            funds.organization_id = fx_instants.organization_id
            and funds.known_from < fx_instants.instant
            and (funds.known_to is null or funds.known_to > fx_instants.instant)
),

intervals as (
    select
        state_id,
        organization_id,
        fund_id,
        instant as known_from,
        coalesce(
            lead(instant) over (partition by state_id, fund_id order by instant), state_known_to
        ) as known_to,
    from instants
),

known_rates as (
    select
        intervals.state_id,
        intervals.fund_id,
        intervals.known_from,
        md5(string_agg(fx_loads.load_id, ',' order by fx_loads.load_id)) as rates_id,
    from intervals
    inner join foreign_funds
        on
            intervals.state_id = foreign_funds.state_id
            and intervals.fund_id = foreign_funds.fund_id
    inner join fx_loads
        on
            intervals.organization_id = fx_loads.organization_id
            and intervals.known_from >= fx_loads.known_at
            and (fx_loads.withdrawn_at is null or intervals.known_from < fx_loads.withdrawn_at)
    group by intervals.state_id, intervals.fund_id, intervals.known_from
),

final as (
    select
        {{ surrogate_key(
            ['intervals.state_id', 'intervals.fund_id', 'intervals.known_from', 'known_rates.rates_id']
        ) }} as measured_id,
        intervals.state_id,
        intervals.organization_id,
        intervals.fund_id,
        intervals.known_from,
        intervals.known_to,
    from intervals
    left join known_rates
        on
            intervals.state_id = known_rates.state_id
            and intervals.fund_id = known_rates.fund_id
            and intervals.known_from = known_rates.known_from
)

select * from final
