with stated as (
    select * from {{ source('raw', 'nav_accruals') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(share_class_id as varchar) as share_class_id,
        cast(accrual_id as varchar) as accrual_id,
        cast(kind as varchar) as kind,
        cast(side as varchar) as side,
        cast(method as varchar) as method,
        cast(rate as decimal(18, 12)) as rate,
        cast(basis as varchar) as basis,
        cast(basis_amount as decimal(38, 12)) as basis_amount,
        cast(annual_amount as decimal(38, 12)) as annual_amount,
        cast(amount as decimal(38, 12)) as amount,
        cast(currency as varchar) as currency,
        cast(accrued_from as date) as accrued_from,
        cast(accrued_to as date) as accrued_to,
        cast(paid_through as date) as paid_through,
        cast(day_count as varchar) as day_count,
        cast(hurdle_rate as decimal(18, 12)) as hurdle_rate,
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        cast(instrument_id as varchar) as instrument_id,
        cast(subject_id as varchar) as subject_id,
        cast(invoice_reference as varchar) as invoice_reference,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
