with instruments as (
    select * from {{ ref('stg_nav__instruments') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

horizons as (
    select distinct
        instruments.organization_id,
        run.known_at as horizon_known_at,
    from instruments
    -- 1:1, the run context has one row
    cross join run
),

final as (
    {{ dimension_states(
        'instruments',
        'nav_instruments',
        ['instrument_id'],
        instrument_attributes(),
        'horizons',
        []
    ) }}
)

select * from final
