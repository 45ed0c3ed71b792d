with state_loads as (
    select * from {{ ref('int_feeds__state_loads') }}
    where kind = 'fund_workbook'
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

states as (
    select
        state_loads.state_id,
        state_loads.organization_id,
        state_loads.feed_id,
        state_loads.known_from,
        state_loads.known_to,
        max(loads.as_of) as as_of,
    from state_loads
    inner join loads
        on state_loads.load_id = loads.load_id
    group by all
),

followed as (
    select
        *,
        lag(state_id) over (partition by feed_id order by known_from) as previous_state_id,
        lag(as_of) over (partition by feed_id order by known_from) as previous_as_of,
    from states
),

final as (
    select
        {{ surrogate_key([
            'followed.state_id',
            'followed.previous_state_id',
            'cast(run.known_at as date)',
            'run.environment',
        ]) }}
            as lifecycle_id,
        followed.state_id,
        followed.organization_id,
        followed.known_from,
        followed.known_to,
        followed.as_of,
        followed.previous_state_id,
        followed.previous_as_of,
        cast(run.known_at as date) as run_date,
        run.environment,
    from followed
    -- 1:1, the run context has one row
    cross join run
)

select * from final
