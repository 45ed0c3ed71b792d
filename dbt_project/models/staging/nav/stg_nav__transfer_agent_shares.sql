with stated as (
    select * from {{ source('raw', 'nav_transfer_agent_shares') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(register as varchar) as register,
        cast(product_id as varchar) as product_id,
        cast(share_class_id as varchar) as share_class_id,
        cast(as_of_date as date) as as_of_date,
        cast(shares as decimal(38, 12)) as shares,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
