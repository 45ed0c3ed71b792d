with stated as (
    select * from {{ source('raw', 'clo_cash_flow_assumptions') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(sequence as integer) as sequence,
        cast(asset_id as varchar) as asset_id,
        cast(prepayment as varchar) as prepayment,
        cast(default_rate as varchar) as default_rate,
        cast(severity as varchar) as severity,
        cast(lag_months as integer) as lag_months,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
