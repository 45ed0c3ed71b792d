with stated as (
    select * from {{ source('raw', 'fund_gl_account_mappings') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(mapping_id as varchar) as mapping_id,
        cast(fund_id as varchar) as fund_id,
        cast(gl_system as varchar) as gl_system,
        cast(mapping_type as varchar) as mapping_type,
        cast(gl_account_code as varchar) as gl_account_code,
        cast(gl_account_selector as varchar) as gl_account_selector,
        cast(expression as varchar) as expression,
        cast(account_code as varchar) as account_code,
        cast(effective_date as date) as effective_date,
        cast(expiry_date as date) as expiry_date,
        cast(rules as varchar) as rules,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
