with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
),

tranches as (
    select * from {{ ref('int_clo__tranches') }}
),

stated as (
    select
        deal_loads.organization_id,
        deal_loads.deal_id,
        deal_loads.as_of,
        tranches.tranche_name,
        struct_pack(
            tranche_number := tranches.tranche_number,
            class_group := tranches.class_group,
            seniority_level := tranches.seniority_level,
            payment_rank := tranches.payment_rank,
            original_balance := tranches.original_balance,
            current_balance := tranches.current_balance,
            deferred_balance := tranches.deferred_balance,
            price := tranches.price,
            coupon_type := tranches.coupon_type,
            margin_rate := tranches.spread,
            discount_margin_rate := tranches.discount_margin,
            interest_deferrable := tranches.is_pikable,
            oc_trigger := tranches.oc_trigger,
            ic_trigger := tranches.ic_trigger,
            day_count := tranches.day_count,
            is_equity := tranches.is_equity
        ) as attributes,
    from deal_loads
    inner join tranches
        on
            deal_loads.load_id = tranches.load_id
            and deal_loads.deal_id = tranches.deal_id
),

classes as (
    select
        organization_id,
        deal_id,
        tranche_name,
        min(as_of) as first_as_of,
    from stated
    group by organization_id, deal_id, tranche_name
),

-- a load whose liabilities block is empty says nothing about classes
stating_loads as (
    select distinct
        organization_id,
        deal_id,
        as_of,
    from stated
),

states as (
    select
        classes.organization_id,
        classes.deal_id,
        classes.tranche_name,
        deal_loads.as_of,
        deal_loads.known_at,
        deal_loads.load_id,
        stated.tranche_name is null as is_deleted,
        stated.attributes,
    from classes
    -- 1:n on purpose, every later load of the deal states the class or its absence
    inner join deal_loads
        on
            classes.organization_id = deal_loads.organization_id
            and classes.deal_id = deal_loads.deal_id
            and classes.first_as_of <= deal_loads.as_of
    inner join stating_loads
        on
            deal_loads.organization_id = stating_loads.organization_id
            and deal_loads.deal_id = stating_loads.deal_id
            and deal_loads.as_of = stating_loads.as_of
    left join stated
        on
            deal_loads.organization_id = stated.organization_id
            and deal_loads.deal_id = stated.deal_id
            and deal_loads.as_of = stated.as_of
            and classes.tranche_name = stated.tranche_name
),

versions as (
    {{ scd2_versions('states', ['organization_id', 'deal_id', 'tranche_name']) }}
),

final as (
    select
        {{ surrogate_key(
            ['versions.organization_id', 'versions.deal_id', 'versions.tranche_name', 'versions.valid_from']
        ) }} as tranche_key,
        versions.organization_id,
        versions.deal_id,
        versions.tranche_name,
        cast(versions.attributes.tranche_number as integer) as tranche_number,
        versions.attributes.class_group,
        cast(versions.attributes.seniority_level as integer) as seniority_level,
        cast(versions.attributes.payment_rank as integer) as payment_rank,
        versions.attributes.original_balance,
        versions.attributes.current_balance,
        versions.attributes.deferred_balance,
        versions.attributes.price,
        versions.attributes.coupon_type,
        -- the only index the workbook prices its floating classes over (clo-workbook 1.4, LIBOR block)
        case when versions.attributes.coupon_type like 'FLOAT%' then '3 MONTH LIBOR' end as index_name,
        versions.attributes.margin_rate,
        versions.attributes.discount_margin_rate,
        versions.attributes.interest_deferrable,
        versions.attributes.oc_trigger,
        versions.attributes.ic_trigger,
        versions.attributes.day_count,
        versions.attributes.is_equity,
        cast(null as varchar) as moodys_rating,
        cast(null as varchar) as sp_rating,
        'the workbook states no ratings of its classes' as rating_reason,
        {{ version_columns('versions') }}
    from versions
)

select * from final
