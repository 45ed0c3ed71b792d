with stated as (
    select * from {{ source('raw', 'clo_deal_accounts') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(deal_id as varchar) as deal_id,
        cast(account_number as integer) as account_number,
        cast(account_name as varchar) as account_name,
        cast(interest_amount as double) as interest_amount,
        cast(principal_amount as double) as principal_amount,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
