with holdings as (
    select * from {{ ref('int_nav__holdings') }}
),

shown_products as (
    select * from {{ ref('int_nav__shown_products') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

dim_instrument as (
    select * from {{ ref('dim_instrument') }}
),

components as (
    select * from {{ source('ops', 'nav_components') }}
),

valued as (
    select
        organization_id,
        product_id,
        coalesce(share_class_id, '') as share_class_id,
        instrument_id,
        leg,
        valuation_date,
        amount,
    from components
    where accrual_id is null
    qualify
        version = max(version) over (partition by organization_id, product_id, valuation_date)
),

held as (
    select
        holdings.organization_id,
        holdings.product_id,
        coalesce(holdings.share_class_id, '') as share_class_id,
        holdings.instrument_id,
        holdings.leg,
        holdings.as_of_date,
        any_value(holdings.currency) as currency,
        count(*) as lots,
        sum(holdings.quantity) as quantity,
        case when count(*) = count(holdings.local_value) then sum(holdings.local_value) end as value_stated,
        max(holdings.known_at) as known_at,
        max(holdings.load_id) as load_id,
        any_value(holdings.state_id) as state_id,
    from holdings
    inner join shown_products
        on
            holdings.state_id = shown_products.state_id
            and holdings.product_id = shown_products.product_id
    group by
        holdings.organization_id,
        holdings.product_id,
        coalesce(holdings.share_class_id, ''),
        holdings.instrument_id,
        holdings.leg,
        holdings.as_of_date
),

final as (
    select
        {{ surrogate_key(
            ['held.organization_id', 'held.product_id', 'held.share_class_id', 'held.instrument_id', 'held.leg',
            'held.as_of_date']
        ) }} as holding_key,
        held.organization_id,
        dim_product.product_key,
        held.product_id,
        held.share_class_id,
        dim_instrument.instrument_key,
        held.instrument_id,
        held.leg,
        held.as_of_date as event_date,
        {{ date_id('held.as_of_date') }} as date_id,
        held.as_of_date,
        held.lots,
        cast(held.quantity as decimal(38, 12)) as quantity,
        held.currency,
        valued.amount as value,
        case when valued.amount is null then 'no strike of the day values it' end as value_reason,
        cast(held.value_stated as decimal(38, 12)) as value_stated,
        held.known_at,
        held.load_id,
        held.state_id,
    from held
    {{ join_version('dim_product', 'held', 'as_of_date') }}
    {{ join_version('dim_instrument', 'held', 'as_of_date', is_optional=true) }}
    left join valued
        on
            held.organization_id = valued.organization_id
            and held.product_id = valued.product_id
            and held.share_class_id = valued.share_class_id
            and held.instrument_id = valued.instrument_id
            and held.leg = valued.leg
            and held.as_of_date = valued.valuation_date
)

select * from final
