with stated as (
    select * from {{ source('raw', 'findings') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(code as varchar) as code,
        cast(severity as varchar) as severity,
        cast(scope as varchar) as scope,
        cast(entity_type as varchar) as entity_type,
        cast(entity_id as varchar) as entity_id,
        cast(expected as varchar) as expected,
        cast(found as varchar) as found,
        cast(message as varchar) as message,
        cast(advice as varchar) as advice,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as varchar) as source_column,
    from stated
)

select * from final
