with stated as (
    select * from {{ source('raw', 'fund_commitment_modifications') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(modification_id as varchar) as modification_id,
        cast(commitment_id as varchar) as commitment_id,
        cast(modification_type as varchar) as modification_type,
        cast(old_amount as decimal(24, 4)) as old_amount,
        cast(new_amount as decimal(24, 4)) as new_amount,
        cast(effective_date as date) as effective_date,
        cast(reason as varchar) as reason,
        cast(transfer_id as varchar) as transfer_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
