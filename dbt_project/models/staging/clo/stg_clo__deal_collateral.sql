with stated as (
    select * from {{ source('raw', 'clo_deal_collateral') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(deal_id as varchar) as deal_id,
        cast(line_number as integer) as line_number,
        cast(asset_id as varchar) as asset_id,
        cast(par_amount as double) as par_amount,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
