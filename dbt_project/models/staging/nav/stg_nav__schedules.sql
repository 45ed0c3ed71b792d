with stated as (
    select * from {{ source('raw', 'nav_schedules') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(subject_id as varchar) as subject_id,
        cast(kind as varchar) as kind,
        cast(sequence as bigint) as sequence,
        cast(period_start as date) as period_start,
        cast(event_date as date) as event_date,
        cast(currency as varchar) as currency,
        cast(opening_balance as decimal(38, 12)) as opening_balance,
        cast(amount as decimal(38, 12)) as amount,
        cast(amount_2 as decimal(38, 12)) as amount_2,
        cast(amount_3 as decimal(38, 12)) as amount_3,
        cast(amount_4 as decimal(38, 12)) as amount_4,
        cast(rate as decimal(18, 12)) as rate,
        cast(price as decimal(38, 12)) as price,
        cast(status as varchar) as status,
        cast(paid_date as date) as paid_date,
        cast(paid_amount as decimal(38, 12)) as paid_amount,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
