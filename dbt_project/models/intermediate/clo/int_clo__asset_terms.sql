with asset_pik as (
    select * from {{ ref('int_clo__asset_pik') }}
),

asset_draws as (
    select * from {{ ref('int_clo__asset_draws') }}
),

asset_steps as (
    select * from {{ ref('int_clo__asset_steps') }}
),

asset_events as (
    select * from {{ ref('int_clo__asset_events') }}
),

asset_hedges as (
    select * from {{ ref('int_clo__asset_hedges') }}
),

holdings as (
    select * from {{ ref('int_clo__holdings') }}
),

held as (
    select distinct
        organization_id,
        asset_id,
    from holdings
),

stated as (
    select
        organization_id,
        asset_id,
        'asset_pik' as table_name,
        from_date as term_date,
        source,
        known_at,
        load_id,
        source_row,
    from asset_pik
    union all
    select
        organization_id,
        asset_id,
        'asset_draws' as table_name,
        from_date as term_date,
        source,
        known_at,
        load_id,
        source_row,
    from asset_draws
    union all
    select
        organization_id,
        asset_id,
        'asset_steps' as table_name,
        from_date as term_date,
        source,
        known_at,
        load_id,
        source_row,
    from asset_steps
    union all
    select
        organization_id,
        asset_id,
        'asset_events' as table_name,
        event_date as term_date,
        source,
        known_at,
        load_id,
        source_row,
    from asset_events
    union all
    select
        organization_id,
        asset_id,
        'asset_hedges' as table_name,
        from_date as term_date,
        source,
        known_at,
        load_id,
        source_row,
    from asset_hedges
),

final as (
    select
        stated.organization_id,
        stated.asset_id,
        stated.table_name,
        stated.term_date,
        stated.source,
        stated.known_at,
        stated.load_id,
        stated.source_row,
        held.asset_id is not null as is_held,
    from stated
    left join held
        on
            stated.organization_id = held.organization_id
            and stated.asset_id = held.asset_id
)

select * from final
