with stated as (
    select * from {{ source('raw', 'nav_pools') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(pool_item_id as varchar) as pool_item_id,
        cast(as_of_date as date) as as_of_date,
        cast(level as varchar) as level,
        cast(balance as decimal(24, 4)) as balance,
        cast(original_balance as decimal(24, 4)) as original_balance,
        cast(currency as varchar) as currency,
        cast(interest_rate as decimal(18, 12)) as interest_rate,
        cast(remaining_months as bigint) as remaining_months,
        cast(payment_frequency as bigint) as payment_frequency,
        cast(days_past_due as bigint) as days_past_due,
        cast(status as varchar) as status,
        cast(issue_date as date) as issue_date,
        cast(due_date as date) as due_date,
        cast(expected_collection_date as date) as expected_collection_date,
        cast(dilution_rate as decimal(18, 12)) as dilution_rate,
        cast(loss_bucket as varchar) as loss_bucket,
        cast(debtor_id as varchar) as debtor_id,
        cast(debtor_rating as varchar) as debtor_rating,
        cast(tranche_rank as bigint) as tranche_rank,
        cast(tranche_coupon_rate as decimal(18, 12)) as tranche_coupon_rate,
        cast(held_share as decimal(18, 12)) as held_share,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
