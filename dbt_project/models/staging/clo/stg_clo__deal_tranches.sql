with stated as (
    select * from {{ source('raw', 'clo_deal_tranches') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(deal_id as varchar) as deal_id,
        cast(tranche_number as integer) as tranche_number,
        cast(tranche_name as varchar) as tranche_name,
        cast(original_balance as double) as original_balance,
        cast(price as double) as price,
        cast(current_balance as double) as current_balance,
        cast(deferred_balance as double) as deferred_balance,
        cast(spread as double) as spread,
        cast(discount_margin as double) as discount_margin,
        cast(is_pikable as boolean) as is_pikable,
        cast(oc_trigger as double) as oc_trigger,
        cast(ic_trigger as double) as ic_trigger,
        cast(day_count as varchar) as day_count,
        cast(is_equity as boolean) as is_equity,
        cast(coupon_type as varchar) as coupon_type,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
