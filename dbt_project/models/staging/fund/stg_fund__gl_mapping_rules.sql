with stated as (
    select * from {{ source('raw', 'fund_gl_mapping_rules') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(rule_id as varchar) as rule_id,
        cast(fund_id as varchar) as fund_id,
        cast(gl_system as varchar) as gl_system,
        cast(source_field as varchar) as source_field,
        cast(target_field as varchar) as target_field,
        cast(transformation as varchar) as transformation,
        cast(priority as bigint) as priority,
        cast(is_active as boolean) as is_active,
        cast(effective_date as date) as effective_date,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
