with calculated as (
    select * from {{ source('calc', 'project_navs') }}
),

dim_project as (
    select * from {{ ref('dim_project') }}
),

final as (
    select
        {{ surrogate_key(
            ['calculated.organization_id', 'calculated.project_id', 'calculated.valuation_date']
        ) }} as project_nav_key,
        calculated.organization_id,
        dim_project.project_key,
        calculated.project_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.version,
        calculated.currency,
        calculated.net_assets,
        calculated.net_assets_reason,
        calculated.known_net_assets,
        calculated.eliminated_amount,
        calculated.product_count,
        calculated.missing_product_count,
        calculated.carried_product_count,
        calculated.is_complete,
        calculated.return_rate,
        calculated.return_rate_reason,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_project', 'calculated', 'valuation_date') }}
)

select * from final
