with stated as (
    select * from {{ source('raw', 'fund_waterfall_configs') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(config_id as varchar) as config_id,
        cast(fund_id as varchar) as fund_id,
        cast(class_code as varchar) as class_code,
        cast(name as varchar) as name,
        cast(structure as varchar) as structure,
        cast(effective_date as date) as effective_date,
        cast(expiry_date as date) as expiry_date,
        cast(is_active as boolean) as is_active,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
