with stated as (
    select * from {{ source('raw', 'fund_valuations') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(valuation_id as varchar) as valuation_id,
        cast(investment_id as varchar) as investment_id,
        cast(valuation_date as date) as valuation_date,
        cast(fair_value as decimal(24, 4)) as fair_value,
        cast(remaining_cost as decimal(24, 4)) as remaining_cost,
        cast(unrealized_gain_loss as decimal(24, 4)) as unrealized_gain_loss,
        cast(currency as varchar) as currency,
        cast(valuation_method as varchar) as valuation_method,
        cast(valuation_source as varchar) as valuation_source,
        cast(fair_value_level as varchar) as fair_value_level,
        cast(supersedes_valuation_id as varchar) as supersedes_valuation_id,
        cast(notes as varchar) as notes,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
