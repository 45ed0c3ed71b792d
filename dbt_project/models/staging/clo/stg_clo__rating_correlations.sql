with stated as (
    select * from {{ source('raw', 'clo_rating_correlations') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(relationship as varchar) as relationship,
        cast(base_correlation as double) as base_correlation,
        cast(step_per_notch as double) as step_per_notch,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
