with stated as (
    select * from {{ source('raw', 'fund_closings') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(fund_id as varchar) as fund_id,
        cast(closing_number as bigint) as closing_number,
        cast(closing_date as date) as closing_date,
        cast(closing_type as varchar) as closing_type,
        cast(status as varchar) as status,
        cast(new_commitments as decimal(24, 4)) as new_commitments,
        cast(total_commitments as decimal(24, 4)) as total_commitments,
        cast(equalization_interest_rate as decimal(18, 12)) as equalization_interest_rate,
        cast(benchmark_index_id as varchar) as benchmark_index_id,
        cast(benchmark_spread_rate as decimal(18, 12)) as benchmark_spread_rate,
        cast(interest_compounds as boolean) as interest_compounds,
        cast(interest_day_count as varchar) as interest_day_count,
        cast(equalization_start as date) as equalization_start,
        cast(equalization_end as date) as equalization_end,
        cast(true_up_to_manager as boolean) as true_up_to_manager,
        cast(results as varchar) as results,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
