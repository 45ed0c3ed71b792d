with stated as (
    select * from {{ source('raw', 'clo_transition_matrix') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(matrix as varchar) as matrix,
        cast(from_rating as varchar) as from_rating,
        cast(to_rating as varchar) as to_rating,
        cast(value as double) as value,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
