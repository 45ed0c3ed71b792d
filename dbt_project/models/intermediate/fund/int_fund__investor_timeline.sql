with investors as (
    select * from {{ ref('stg_fund__investors') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

horizons as (
    select distinct
        investors.organization_id,
        run.known_at as horizon_known_at,
    from investors
    -- 1:1, the run context has one row
    cross join run
),

final as (
    {{ dimension_states(
        'investors',
        'fund_investors',
        ['investor_id'],
        investor_attributes() + restricted_investor_attributes(),
        'horizons',
        []
    ) }}
)

select * from final
