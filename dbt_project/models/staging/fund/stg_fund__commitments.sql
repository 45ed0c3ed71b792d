with stated as (
    select * from {{ source('raw', 'fund_commitments') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(commitment_id as varchar) as commitment_id,
        cast(fund_id as varchar) as fund_id,
        cast(investor_id as varchar) as investor_id,
        cast(class_code as varchar) as class_code,
        cast(closing_number as bigint) as closing_number,
        cast(tranche_number as bigint) as tranche_number,
        cast(commitment_amount as decimal(24, 4)) as commitment_amount,
        cast(currency as varchar) as currency,
        cast(commitment_date as date) as commitment_date,
        cast(commitment_type as varchar) as commitment_type,
        cast(status as varchar) as status,
        cast(side_letter_terms as varchar) as side_letter_terms,
        cast(version as bigint) as version,
        cast(capital_called as decimal(24, 4)) as capital_called,
        cast(capital_returned as decimal(24, 4)) as capital_returned,
        cast(unfunded_commitment as decimal(24, 4)) as unfunded_commitment,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
