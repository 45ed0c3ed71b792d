with stated as (
    select * from {{ source('raw', 'fund_distribution_notices') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(notice_id as varchar) as notice_id,
        cast(distribution_id as varchar) as distribution_id,
        cast(commitment_id as varchar) as commitment_id,
        cast(gross_distribution as decimal(24, 4)) as gross_distribution,
        cast(management_fee_offset as decimal(24, 4)) as management_fee_offset,
        cast(carried_interest as decimal(24, 4)) as carried_interest,
        cast(tax_withholding as decimal(24, 4)) as tax_withholding,
        cast(net_distribution as decimal(24, 4)) as net_distribution,
        cast(return_of_capital_amount as decimal(24, 4)) as return_of_capital_amount,
        cast(gain_amount as decimal(24, 4)) as gain_amount,
        cast(income_amount as decimal(24, 4)) as income_amount,
        cast(recallable_amount as decimal(24, 4)) as recallable_amount,
        cast(recallable_until as date) as recallable_until,
        cast(income_class as varchar) as income_class,
        cast(notice_status as varchar) as notice_status,
        cast(payment_date as date) as payment_date,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
