with stated as (
    select * from {{ source('raw', 'nav_project_organizations') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(project_id as varchar) as project_id,
        cast(relationship_type as varchar) as relationship_type,
        cast(is_active as boolean) as is_active,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
