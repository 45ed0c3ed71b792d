with loads as (
    select * from {{ ref('stg_weir__loads') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

withdrawals as (
    select
        withdrawals.load_id,
        min(withdrawals.withdrawn_at) as withdrawn_at,
    from {{ source('ops', 'withdrawals') }} as withdrawals
    -- 1:1, the run context has one row
    inner join run
        on withdrawals.withdrawn_at <= run.known_at
    group by withdrawals.load_id
),

tombstones as (
    select * from {{ ref('stg_weir__tombstones') }}
),

final as (
    select
        loads.load_id,
        loads.organization_id,
        loads.organization_name,
        loads.organization_id || '/' || loads.kind || '/' || loads.feed_name as feed_id,
        loads.kind,
        loads.feed_name,
        loads.file_name,
        loads.file_sha256,
        loads.as_of,
        loads.mode,
        -- full loads of one as_of replace each other, delta loads are folded, so each of them keeps a slot of its own
        case when loads.mode = 'delta' then loads.load_id else '' end as replacement_slot,
        loads.loaded_at,
        loads.known_at,
        loads.known_at_basis,
        withdrawals.withdrawn_at,
    from loads
    inner join run
        on loads.known_at <= run.known_at
    left join withdrawals
        on loads.load_id = withdrawals.load_id
    -- a load whose rows were deleted states nothing, not even that there is nothing: no instant of the past knew of it
    anti join tombstones
        on loads.load_id = tombstones.load_id
    where loads.status = 'loaded'
)

select * from final
