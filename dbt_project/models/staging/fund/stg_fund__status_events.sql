with stated as (
    select * from {{ source('raw', 'fund_status_events') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(entity_type as varchar) as entity_type,
        cast(entity_id as varchar) as entity_id,
        cast(sequence as bigint) as sequence,
        cast(from_status as varchar) as from_status,
        cast(to_status as varchar) as to_status,
        cast(occurred_at as timestamp) as occurred_at,
        cast(actor as varchar) as actor,
        cast(reason as varchar) as reason,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
