with stated as (
    select * from {{ source('raw', 'fund_fee_charges') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(fee_charge_id as varchar) as fee_charge_id,
        cast(fund_id as varchar) as fund_id,
        cast(class_code as varchar) as class_code,
        cast(investor_id as varchar) as investor_id,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(basis as varchar) as basis,
        cast(basis_amount as decimal(24, 4)) as basis_amount,
        cast(rate as decimal(18, 12)) as rate,
        cast(gross_amount as decimal(24, 4)) as gross_amount,
        cast(waiver_amount as decimal(24, 4)) as waiver_amount,
        cast(rebate_amount as decimal(24, 4)) as rebate_amount,
        cast(offset_amount as decimal(24, 4)) as offset_amount,
        cast(net_amount as decimal(24, 4)) as net_amount,
        cast(status as varchar) as status,
        cast(true_up_of_id as varchar) as true_up_of_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
