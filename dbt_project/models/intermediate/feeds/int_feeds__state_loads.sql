with states as (
    select * from {{ ref('int_feeds__states') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

row_counts as (
    select * from {{ ref('stg_weir__row_counts') }}
),

-- a sheet of which nothing could be read states nothing; one with a header and no rows states that there are none
stating_loads as (
    select
        load_id,
        table_name,
    from row_counts
    group by load_id, table_name
    having sum(rows_staged) > 0 or sum(rows_quarantined) = 0
),

candidates as (
    select
        states.organization_id,
        states.feed_id,
        states.kind,
        states.known_from,
        states.known_to,
        stating_loads.table_name,
        loads.load_id,
        loads.mode,
        loads.as_of,
        loads.known_at,
        row_number() over (
            partition by states.feed_id, states.known_from, stating_loads.table_name
            order by loads.as_of, loads.known_at, loads.load_id
        ) as load_order,
    from states
    -- 1:n on purpose, every load known at the instant takes part
    inner join loads
        on
            states.feed_id = loads.feed_id
            and states.known_from >= loads.known_at
            and (loads.withdrawn_at is null or states.known_from < loads.withdrawn_at)
    inner join stating_loads
        on loads.load_id = stating_loads.load_id
),

-- the last full load that states the sheet is where the state begins; what was sent before it counts no more
contributing as (
    select
        organization_id,
        feed_id,
        kind,
        known_from,
        known_to,
        table_name,
        load_id,
        known_at,
        load_order,
        case
            -- each filing speaks of its own day, so only an amendment replaces one
            when kind = 'nport'
                then load_order = max(load_order) over (partition by feed_id, known_from, table_name, as_of)
            else
                load_order >= coalesce(
                    max(case when mode = 'full' then load_order end) over (
                        partition by feed_id, known_from, table_name
                    ), 0
                )
        end as is_in_state,
    from candidates
),

named as (
    select
        feed_id,
        known_from,
        -- named by what it is made of, so that a file of the past that comes late makes another state
        md5(feed_id || string_agg(table_name || '=' || load_id, ',' order by table_name, load_order)) as state_id,
    from contributing
    where is_in_state
    group by feed_id, known_from
),

final as (
    select
        named.state_id || '-' || strftime(contributing.known_from, '%Y%m%dT%H%M%S') as state_id,
        contributing.organization_id,
        contributing.feed_id,
        contributing.kind,
        contributing.known_from,
        contributing.known_to,
        contributing.table_name,
        contributing.load_id,
        contributing.known_at,
        contributing.load_order,
    from contributing
    inner join named
        on
            contributing.feed_id = named.feed_id
            and contributing.known_from = named.known_from
    where contributing.is_in_state
)

select * from final
