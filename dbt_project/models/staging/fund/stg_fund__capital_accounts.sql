with stated as (
    select * from {{ source('raw', 'fund_capital_accounts') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(fund_id as varchar) as fund_id,
        cast(investor_id as varchar) as investor_id,
        cast(period_end as date) as period_end,
        cast(nav as decimal(24, 4)) as nav,
        cast(beginning_nav as decimal(24, 4)) as beginning_nav,
        cast(contributions as decimal(24, 4)) as contributions,
        cast(distributions as decimal(24, 4)) as distributions,
        cast(management_fee as decimal(24, 4)) as management_fee,
        cast(expenses as decimal(24, 4)) as expenses,
        cast(income as decimal(24, 4)) as income,
        cast(realized_gain as decimal(24, 4)) as realized_gain,
        cast(unrealized_gain as decimal(24, 4)) as unrealized_gain,
        cast(accrued_carry as decimal(24, 4)) as accrued_carry,
        cast(unfunded as decimal(24, 4)) as unfunded,
        cast(irr as decimal(28, 18)) as irr,
        cast(tvpi as decimal(28, 18)) as tvpi,
        cast(dpi as decimal(28, 18)) as dpi,
        cast(rvpi as decimal(28, 18)) as rvpi,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
