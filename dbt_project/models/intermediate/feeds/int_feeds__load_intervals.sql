with loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

intervals as (
    {{ knowledge_intervals('loads', ['feed_id', 'as_of', 'replacement_slot']) }}
),

final as (
    select
        loads.load_id,
        loads.organization_id,
        loads.feed_id,
        loads.kind,
        loads.as_of,
        loads.mode,
        loads.known_at,
        intervals.known_from,
        intervals.known_to,
    from intervals
    inner join loads
        on intervals.load_id = loads.load_id
)

select * from final
