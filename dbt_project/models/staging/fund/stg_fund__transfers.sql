with stated as (
    select * from {{ source('raw', 'fund_transfers') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(transfer_id as varchar) as transfer_id,
        cast(commitment_id as varchar) as commitment_id,
        cast(transferor_id as varchar) as transferor_id,
        cast(transferee_id as varchar) as transferee_id,
        cast(new_commitment_id as varchar) as new_commitment_id,
        cast(transfer_type as varchar) as transfer_type,
        cast(amount as decimal(24, 4)) as amount,
        cast(fraction as decimal(18, 12)) as fraction,
        cast(price as decimal(24, 4)) as price,
        cast(effective_date as date) as effective_date,
        cast(submitted_date as date) as submitted_date,
        cast(approved_date as date) as approved_date,
        cast(completed_date as date) as completed_date,
        cast(step as varchar) as step,
        cast(status as varchar) as status,
        cast(reason as varchar) as reason,
        cast(gp_consent as boolean) as gp_consent,
        cast(agreement_document_id as varchar) as agreement_document_id,
        cast(approval_id as varchar) as approval_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
