with stated as (
    select * from {{ source('raw', 'fund_distributions') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(distribution_id as varchar) as distribution_id,
        cast(fund_id as varchar) as fund_id,
        cast(distribution_number as bigint) as distribution_number,
        cast(distribution_date as date) as distribution_date,
        cast(record_date as date) as record_date,
        cast(distribution_type as varchar) as distribution_type,
        cast(investment_id as varchar) as investment_id,
        cast(total_distribution_amount as decimal(24, 4)) as total_distribution_amount,
        cast(currency as varchar) as currency,
        cast(distribution_status as varchar) as distribution_status,
        cast(is_in_kind as boolean) as is_in_kind,
        cast(in_kind_description as varchar) as in_kind_description,
        cast(recallable_reason as varchar) as recallable_reason,
        cast(reverses_distribution_id as varchar) as reverses_distribution_id,
        cast(approval_id as varchar) as approval_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
