with stated as (
    select * from {{ source('raw', 'fund_fee_waivers') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(waiver_id as varchar) as waiver_id,
        cast(fund_id as varchar) as fund_id,
        cast(investor_id as varchar) as investor_id,
        cast(class_code as varchar) as class_code,
        cast(waiver_type as varchar) as waiver_type,
        cast(amount as decimal(24, 4)) as amount,
        cast(share as decimal(18, 12)) as share,
        cast(effective_date as date) as effective_date,
        cast(expiry_date as date) as expiry_date,
        cast(approved_by as varchar) as approved_by,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
