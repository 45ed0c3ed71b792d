with components as (
    select * from {{ ref('fact_nav_components') }}
),

versions as (
    select distinct
        organization_id,
        product_key,
        product_id,
        valuation_date,
        version,
        known_at,
        state_id,
    from components
),

-- a strike and the one before it of the same day
pairs as (
    select
        *,
        lag(version) over (
            partition by organization_id, product_id, valuation_date order by version
        ) as previous_version,
    from versions
),

later as (
    select
        pairs.previous_version,
        components.*,
    from components
    inner join pairs
        on
            components.organization_id = pairs.organization_id
            and components.product_id = pairs.product_id
            and components.valuation_date = pairs.valuation_date
            and components.version = pairs.version
    where pairs.previous_version is not null
),

earlier as (
    select
        pairs.version as next_version,
        components.*,
    from components
    inner join pairs
        on
            components.organization_id = pairs.organization_id
            and components.product_id = pairs.product_id
            and components.valuation_date = pairs.valuation_date
            and components.version = pairs.previous_version
),

compared as (
    select
        coalesce(later.organization_id, earlier.organization_id) as organization_id,
        coalesce(later.product_id, earlier.product_id) as product_id,
        coalesce(later.valuation_date, earlier.valuation_date) as valuation_date,
        coalesce(later.version, earlier.next_version) as version,
        coalesce(later.line_id, earlier.line_id) as line_id,
        coalesce(later.kind, earlier.kind) as kind,
        coalesce(later.instrument_id, earlier.instrument_id) as instrument_id,
        coalesce(later.accrual_id, earlier.accrual_id) as accrual_id,
        earlier.version as earlier_version,
        later.version as later_version,
        earlier.quantity as previous_quantity,
        later.quantity,
        earlier.price as previous_price,
        later.price,
        earlier.price_source as previous_price_source,
        later.price_source,
        earlier.price_as_of as previous_price_as_of,
        later.price_as_of,
        earlier.fx_rate as previous_fx_rate,
        later.fx_rate,
        earlier.basis_amount as previous_basis_amount,
        later.basis_amount,
        earlier.rate as previous_rate,
        later.rate,
        earlier.base_amount as previous_base_amount,
        later.base_amount,
        coalesce(later.base_amount, 0) - coalesce(earlier.base_amount, 0) as base_amount_change,
    from later
    full outer join earlier
        on
            later.organization_id = earlier.organization_id
            and later.product_id = earlier.product_id
            and later.valuation_date = earlier.valuation_date
            and later.version = earlier.next_version
            and later.line_id = earlier.line_id
),

explained as (
    select
        *,
        case
            when earlier_version is null then 'ADDED'
            when later_version is null then 'REMOVED'
            when (quantity is distinct from previous_quantity) then 'QUANTITY'
            when (price is distinct from previous_price) then 'PRICE'
            when (price_as_of is distinct from previous_price_as_of) then 'PRICE_INSTANT'
            when (price_source is distinct from previous_price_source) then 'PRICE_SOURCE'
            when (fx_rate is distinct from previous_fx_rate) then 'FX_RATE'
            when (basis_amount is distinct from previous_basis_amount) then 'BASIS'
            when (rate is distinct from previous_rate) then 'RATE'
            when (base_amount is distinct from previous_base_amount) then 'AMOUNT'
        end as cause,
    from compared
),

final as (
    select
        {{ surrogate_key(
            ['explained.organization_id', 'explained.product_id', 'explained.valuation_date', 'explained.version',
            'explained.line_id']
        ) }} as nav_version_change_key,
        explained.organization_id,
        pairs.product_key,
        explained.product_id,
        explained.valuation_date as event_date,
        {{ date_id('explained.valuation_date') }} as date_id,
        explained.valuation_date,
        explained.version,
        pairs.previous_version,
        explained.line_id,
        explained.kind,
        explained.instrument_id,
        explained.accrual_id,
        explained.cause,
        explained.quantity,
        explained.previous_quantity,
        explained.price,
        explained.previous_price,
        explained.price_source,
        explained.price_as_of,
        explained.fx_rate,
        explained.previous_fx_rate,
        explained.base_amount,
        explained.previous_base_amount,
        explained.base_amount_change,
        pairs.known_at,
        pairs.state_id,
    from explained
    inner join pairs
        on
            explained.organization_id = pairs.organization_id
            and explained.product_id = pairs.product_id
            and explained.valuation_date = pairs.valuation_date
            and explained.version = pairs.version
    where explained.cause is not null
)

select * from final
