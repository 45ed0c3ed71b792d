with stated as (
    select * from {{ source('raw', 'fund_credit_facilities') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(facility_id as varchar) as facility_id,
        cast(fund_id as varchar) as fund_id,
        cast(facility_type as varchar) as facility_type,
        cast(lead_bank as varchar) as lead_bank,
        cast(limit_amount as decimal(24, 4)) as limit_amount,
        cast(currency as varchar) as currency,
        cast(rate_type as varchar) as rate_type,
        cast(fixed_rate as decimal(18, 12)) as fixed_rate,
        cast(benchmark_index_id as varchar) as benchmark_index_id,
        cast(margin_rate as decimal(18, 12)) as margin_rate,
        cast(commitment_fee_rate as decimal(18, 12)) as commitment_fee_rate,
        cast(utilisation_fee_rate as decimal(18, 12)) as utilisation_fee_rate,
        cast(arrangement_fee_rate as decimal(18, 12)) as arrangement_fee_rate,
        cast(advance_rate as decimal(18, 12)) as advance_rate,
        cast(borrowing_base_date as date) as borrowing_base_date,
        cast(day_count as varchar) as day_count,
        cast(start_date as date) as start_date,
        cast(maturity_date as date) as maturity_date,
        cast(max_days_outstanding as bigint) as max_days_outstanding,
        cast(eligible_assets as decimal(24, 4)) as eligible_assets,
        cast(status as varchar) as status,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
