with strikes as (
    select * from {{ source('ops', 'nav_strikes') }}
),

runs as (
    select * from {{ source('ops', 'nav_runs') }}
),

shown_products as (
    select * from {{ ref('int_nav__shown_products') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

dim_share_class as (
    select * from {{ ref('dim_share_class') }}
),

history as (
    select * from {{ ref('int_nav__history') }}
),

approval_events as (
    select * from {{ source('ops', 'nav_approval_events') }}
),

approvals as (
    select
        organization_id,
        product_id,
        valuation_date,
        version,
        to_status as status,
    from approval_events
    where refusal is null
    qualify
        row_number() over (
            partition by organization_id, product_id, valuation_date, version
            order by event_number desc
        ) = 1
),

stated as (
    select
        state_id,
        product_id,
        share_class_id,
        valuation_date,
        status,
        nav_per_share,
        unswung_nav,
        net_assets,
    from history
    where status in ('VALIDATED', 'APPROVED', 'PUBLISHED')
    qualify
        row_number() over (
            partition by state_id, product_id, share_class_id, valuation_date
            order by version desc
        ) = 1
),

shown as (
    select
        {{ surrogate_key(
            ['strikes.organization_id', 'strikes.share_class_id', 'strikes.valuation_date', 'strikes.version']
        ) }} as nav_key,
        strikes.organization_id,
        dim_product.product_key,
        strikes.product_id,
        dim_share_class.share_class_key,
        strikes.share_class_id,
        strikes.valuation_date as event_date,
        {{ date_id('strikes.valuation_date') }} as date_id,
        strikes.valuation_date,
        strikes.version,
        strikes.version = max(strikes.version) over (
            partition by strikes.organization_id, strikes.product_id, strikes.valuation_date
        ) as is_current,
        max(strikes.version) filter (where approvals.status = 'PUBLISHED') over (
            partition by strikes.organization_id, strikes.product_id, strikes.valuation_date
        ) as published_version,
        coalesce(approvals.status, 'STRUCK') as approval_status,
        strikes.currency,
        runs.currency as product_currency,
        strikes.net_assets,
        strikes.net_assets_class,
        runs.total_assets,
        runs.total_liabilities,
        strikes.shares_outstanding,
        strikes.nav_per_share,
        strikes.nav_per_share_unrounded,
        strikes.swing_rate,
        strikes.swung_nav_per_share,
        strikes.reason as nav_reason,
        strikes.previous_nav,
        -- what is swung is compared before it swung
        coalesce(stated.unswung_nav, stated.nav_per_share) as nav_per_share_stated,
        stated.net_assets as net_assets_stated,
        stated.status as status_stated,
        runs.fair_value_level,
        runs.method,
        runs.strike_id,
        runs.known_at,
        runs.state_id,
        runs.struck_at,
    from strikes
    inner join runs
        on
            strikes.organization_id = runs.organization_id
            and strikes.product_id = runs.product_id
            and strikes.valuation_date = runs.valuation_date
            and strikes.version = runs.version
    -- a held product shows what was known at its last good instant
    inner join shown_products
        on
            runs.organization_id = shown_products.organization_id
            and runs.product_id = shown_products.product_id
            and runs.known_at <= shown_products.horizon_known_at
    {{ join_version('dim_product', 'strikes', 'valuation_date') }}
    {{ join_version('dim_share_class', 'strikes', 'valuation_date', is_optional=true) }}
    left join approvals
        on
            strikes.organization_id = approvals.organization_id
            and strikes.product_id = approvals.product_id
            and strikes.valuation_date = approvals.valuation_date
            and strikes.version = approvals.version
    left join stated
        on
            shown_products.state_id = stated.state_id
            and strikes.product_id = stated.product_id
            and strikes.share_class_id = stated.share_class_id
            and strikes.valuation_date = stated.valuation_date
),

final as (
    select
        nav_key,
        organization_id,
        product_key,
        product_id,
        share_class_key,
        share_class_id,
        event_date,
        date_id,
        valuation_date,
        version,
        is_current,
        -- what was neither published nor rejected is out of date once another version is struck
        case
            when not is_current and approval_status in ('STRUCK', 'DRAFT', 'VALIDATED', 'APPROVED') then 'SUPERSEDED'
            else approval_status
        end as status,
        case
            when published_version is not null then version = published_version
            else is_current and approval_status <> 'REJECTED'
        end as is_in_force,
        currency,
        product_currency,
        net_assets,
        net_assets_class,
        total_assets,
        total_liabilities,
        shares_outstanding,
        nav_per_share,
        nav_per_share_unrounded,
        swing_rate,
        swung_nav_per_share,
        nav_reason,
        previous_nav,
        nav_per_share_stated,
        net_assets_stated,
        status_stated,
        fair_value_level,
        method,
        strike_id,
        known_at,
        state_id,
        struck_at,
    from shown
)

select * from final
