with stated as (
    select * from {{ source('raw', 'fund_reallocations') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(reallocation_id as varchar) as reallocation_id,
        cast(line_number as bigint) as line_number,
        cast(original_notice_id as varchar) as original_notice_id,
        cast(commitment_id as varchar) as commitment_id,
        cast(amount as decimal(24, 4)) as amount,
        cast(effective_date as date) as effective_date,
        cast(reason as varchar) as reason,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
