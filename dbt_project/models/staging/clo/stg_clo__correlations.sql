with stated as (
    select * from {{ source('raw', 'clo_correlations') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(asset_id_1 as varchar) as asset_id_1,
        cast(asset_id_2 as varchar) as asset_id_2,
        cast(correlation as double) as correlation,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
