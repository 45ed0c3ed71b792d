with funds as (
    select * from {{ ref('int_fund__funds') }}
),

cash_flows as (
    select * from {{ ref('int_fund__cash_flows') }}
),

commitment_events as (
    select * from {{ ref('int_fund__commitment_events') }}
),

fair_values as (
    select * from {{ ref('int_fund__fair_values') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

stated as (
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
    from cash_flows
    union
    select
        state_id,
        fund_id,
        load_id,
    from commitment_events
    union
    select
        state_id,
        fund_id,
        load_id,
    from fair_values
),

final as (
    select
        stated.state_id,
        stated.fund_id,
        max(loads.as_of) as as_of_date,
        max(loads.known_at) as known_at,
    from stated
    inner join loads
        on stated.load_id = loads.load_id
    group by stated.state_id, stated.fund_id
)

select * from final
