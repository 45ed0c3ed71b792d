with stated as (
    select * from {{ source('raw', 'fund_allocation_calls') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(allocation_call_id as varchar) as allocation_call_id,
        cast(allocation_id as varchar) as allocation_id,
        cast(scheduled_date as date) as scheduled_date,
        cast(due_date as date) as due_date,
        cast(amount as decimal(24, 4)) as amount,
        cast(call_pct as double) as call_pct,
        cast(currency as varchar) as currency,
        cast(status as varchar) as status,
        cast(instalment_number as bigint) as instalment_number,
        cast(paid_amount as decimal(24, 4)) as paid_amount,
        cast(paid_date as date) as paid_date,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
