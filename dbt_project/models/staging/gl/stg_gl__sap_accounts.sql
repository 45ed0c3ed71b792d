with stated as (
    select * from {{ source('raw', 'gl_sap_accounts') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(chart_of_accounts as varchar) as chart_of_accounts,
        cast(account_code as varchar) as account_code,
        cast(account_group as varchar) as account_group,
        cast(is_balance_sheet as boolean) as is_balance_sheet,
        cast(is_blocked as boolean) as is_blocked,
        cast(is_deleted as boolean) as is_deleted,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
