with stated as (
    select * from {{ source('raw', 'gl_reports') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(entity as varchar) as entity,
        cast(report_name as varchar) as report_name,
        cast(period as varchar) as period,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(accounting_basis as varchar) as accounting_basis,
        cast(account_count as bigint) as account_count,
        cast(entry_count as bigint) as entry_count,
        cast(quarantined_count as bigint) as quarantined_count,
        cast(is_partial as boolean) as is_partial,
        cast(debit_total as decimal(38, 4)) as debit_total,
        cast(credit_total as decimal(38, 4)) as credit_total,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
