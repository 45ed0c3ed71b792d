with stated as (
    select * from {{ source('raw', 'field_locations') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(table_name as varchar) as table_name,
        cast(field as varchar) as field,
        cast(axis as varchar) as axis,
        cast(position as integer) as position,
        cast(_sheet as varchar) as source_sheet,
    from stated
)

select * from final
