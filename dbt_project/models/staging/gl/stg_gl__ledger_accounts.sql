with stated as (
    select * from {{ source('raw', 'gl_ledger_accounts') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(entity as varchar) as entity,
        cast(account_id as varchar) as account_id,
        cast(account_code as varchar) as account_code,
        cast(account_name as varchar) as account_name,
        cast(account_path as varchar) as account_path,
        cast(account_type as varchar) as account_type,
        cast(is_active as boolean) as is_active,
        cast(is_deleted as boolean) as is_deleted,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
