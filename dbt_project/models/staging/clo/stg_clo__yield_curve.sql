with stated as (
    select * from {{ source('raw', 'clo_yield_curve') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(tenor_months as integer) as tenor_months,
        cast(rate as double) as rate,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
