with stated as (
    select * from {{ source('raw', 'tombstones') }}
),

final as (
    select
        cast(tombstone_id as varchar) as tombstone_id,
        cast(load_id as varchar) as load_id,
        cast(file_sha256 as varchar) as file_sha256,
        cast(sheet as varchar) as source_sheet,
        cast(row_count as bigint) as row_count,
        cast(cell_count as bigint) as cell_count,
        cast(reason as varchar) as reason,
        cast(policy as varchar) as policy,
        cast(approved_by as varchar) as approved_by,
        cast(deleted_at as timestamp) as deleted_at,
    from stated
)

select * from final
