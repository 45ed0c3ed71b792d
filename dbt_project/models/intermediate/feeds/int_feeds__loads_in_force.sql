with intervals as (
    select * from {{ ref('int_feeds__load_intervals') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

in_force as (
    select
        loads.load_id,
        loads.organization_id,
        loads.organization_name,
        loads.feed_id,
        loads.kind,
        loads.feed_name,
        loads.file_name,
        loads.file_sha256,
        loads.as_of,
        loads.mode,
        loads.loaded_at,
        loads.known_at,
        loads.known_at_basis,
        intervals.known_from,
        intervals.known_to,
        row_number() over (
            partition by loads.feed_id
            order by loads.as_of, loads.known_at, loads.load_id
        ) as load_order,
    from intervals
    inner join loads
        on intervals.load_id = loads.load_id
    where intervals.known_to is null
),

final as (
    select
        load_id,
        organization_id,
        organization_name,
        feed_id,
        kind,
        feed_name,
        file_name,
        file_sha256,
        as_of,
        mode,
        loaded_at,
        known_at,
        known_at_basis,
        known_from,
        known_to,
        load_order,
        -- a full load states the whole scope, so nothing before the last one counts any more
        load_order >= coalesce(max(case when mode = 'full' then load_order end) over (partition by feed_id), 0)
            as is_in_state,
        load_order = max(load_order) over (partition by feed_id) as is_latest,
    from in_force
)

select * from final
