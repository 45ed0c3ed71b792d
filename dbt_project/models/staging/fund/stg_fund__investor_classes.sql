with stated as (
    select * from {{ source('raw', 'fund_investor_classes') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(fund_id as varchar) as fund_id,
        cast(class_code as varchar) as class_code,
        cast(class_name as varchar) as class_name,
        cast(management_fee_rate as decimal(18, 12)) as management_fee_rate,
        cast(carried_interest_rate as decimal(18, 12)) as carried_interest_rate,
        cast(preferred_return_rate as decimal(18, 12)) as preferred_return_rate,
        cast(catch_up_rate as decimal(18, 12)) as catch_up_rate,
        cast(fee_schedule as varchar) as fee_schedule,
        cast(waterfall_structure as varchar) as waterfall_structure,
        cast(min_commitment as decimal(24, 4)) as min_commitment,
        cast(max_commitment as decimal(24, 4)) as max_commitment,
        cast(is_default as boolean) as is_default,
        cast(priority as bigint) as priority,
        cast(is_gp as boolean) as is_gp,
        cast(is_fee_paying as boolean) as is_fee_paying,
        cast(is_carry_paying as boolean) as is_carry_paying,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
