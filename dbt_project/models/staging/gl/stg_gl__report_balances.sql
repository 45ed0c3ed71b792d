with stated as (
    select * from {{ source('raw', 'gl_report_balances') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(entity as varchar) as entity,
        cast(account_code as varchar) as account_code,
        cast(account_name as varchar) as account_name,
        cast(account_path as varchar) as account_path,
        cast(account_type as varchar) as account_type,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(opening_balance as decimal(38, 4)) as opening_balance,
        cast(activity as decimal(38, 4)) as activity,
        cast(closing_balance as decimal(38, 4)) as closing_balance,
        cast(entry_count as bigint) as entry_count,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
