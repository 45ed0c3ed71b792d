with stated as (
    select * from {{ source('raw', 'fund_chart_of_accounts') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(account_code as varchar) as account_code,
        cast(fund_id as varchar) as fund_id,
        cast(account_name as varchar) as account_name,
        cast(account_type as varchar) as account_type,
        cast(parent_code as varchar) as parent_code,
        cast(allows_posting as boolean) as allows_posting,
        cast(is_active as boolean) as is_active,
        cast(nav_line as varchar) as nav_line,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
