with stated as (
    select * from {{ source('raw', 'fund_defaults') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(default_id as varchar) as default_id,
        cast(notice_id as varchar) as notice_id,
        cast(default_date as date) as default_date,
        cast(remedy as varchar) as remedy,
        cast(interest_rate as decimal(18, 12)) as interest_rate,
        cast(benchmark_index_id as varchar) as benchmark_index_id,
        cast(spread_rate as decimal(18, 12)) as spread_rate,
        cast(day_count as varchar) as day_count,
        cast(forfeited_share as decimal(18, 12)) as forfeited_share,
        cast(sale_price as decimal(24, 4)) as sale_price,
        cast(cured_date as date) as cured_date,
        cast(amount as decimal(24, 4)) as amount,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
