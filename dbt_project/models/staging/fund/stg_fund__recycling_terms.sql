with stated as (
    select * from {{ source('raw', 'fund_recycling_terms') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(fund_id as varchar) as fund_id,
        cast(effective_date as date) as effective_date,
        cast(class_code as varchar) as class_code,
        cast(basis as varchar) as basis,
        cast(window_months as bigint) as window_months,
        cast(cap_ratio as decimal(28, 18)) as cap_ratio,
        cast(expires_with_investment_period as boolean) as expires_with_investment_period,
        cast(expiry_date as date) as expiry_date,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
