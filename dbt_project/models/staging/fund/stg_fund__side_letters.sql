with stated as (
    select * from {{ source('raw', 'fund_side_letters') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(side_letter_id as varchar) as side_letter_id,
        cast(fund_id as varchar) as fund_id,
        cast(investor_id as varchar) as investor_id,
        cast(commitment_id as varchar) as commitment_id,
        cast(provision as varchar) as provision,
        cast(value_rate as decimal(18, 12)) as value_rate,
        cast(value_amount as decimal(24, 4)) as value_amount,
        cast(value_text as varchar) as value_text,
        cast(value_json as varchar) as value_json,
        cast(effective_date as date) as effective_date,
        cast(expiry_date as date) as expiry_date,
        cast(mfn_elected as boolean) as mfn_elected,
        cast(document_id as varchar) as document_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
