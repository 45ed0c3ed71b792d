with stated as (
    select * from {{ source('raw', 'clo_cash_flow_vectors') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(vector_name as varchar) as vector_name,
        cast(period as integer) as period,
        cast(value as double) as value,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
