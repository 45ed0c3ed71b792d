with stated as (
    select * from {{ source('raw', 'clo_run_model_trades') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(model as varchar) as model,
        cast(sequence as integer) as sequence,
        cast(deal_name as varchar) as deal_name,
        cast(asset_id as varchar) as asset_id,
        cast(side as varchar) as side,
        cast(par_amount as double) as par_amount,
        cast(price as double) as price,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
