with stated as (
    select * from {{ source('raw', 'fund_excuses') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(excuse_id as varchar) as excuse_id,
        cast(investment_id as varchar) as investment_id,
        cast(investor_id as varchar) as investor_id,
        cast(commitment_id as varchar) as commitment_id,
        cast(excuse_type as varchar) as excuse_type,
        cast(reason as varchar) as reason,
        cast(approved_by as varchar) as approved_by,
        cast(approved_date as date) as approved_date,
        cast(effective_date as date) as effective_date,
        cast(share_excused as decimal(18, 12)) as share_excused,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
