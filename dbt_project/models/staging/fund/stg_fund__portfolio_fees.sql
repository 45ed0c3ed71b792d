with stated as (
    select * from {{ source('raw', 'fund_portfolio_fees') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(offset_id as varchar) as offset_id,
        cast(fund_id as varchar) as fund_id,
        cast(investment_id as varchar) as investment_id,
        cast(fee_type as varchar) as fee_type,
        cast(received_date as date) as received_date,
        cast(gross_amount as decimal(24, 4)) as gross_amount,
        cast(fund_share as decimal(18, 12)) as fund_share,
        cast(offset_share as decimal(18, 12)) as offset_share,
        cast(currency as varchar) as currency,
        cast(recipient as varchar) as recipient,
        cast(related_party as boolean) as related_party,
        cast(approved_by as varchar) as approved_by,
        cast(approved_date as date) as approved_date,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
