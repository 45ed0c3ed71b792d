with instruments as (
    select * from {{ ref('stg_nav__instruments') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

horizons as (
    select distinct
        instruments.organization_id,
        run.known_at as horizon_known_at,
    from instruments
    -- 1:1, the run context has one row
    cross join run
),

filed_holdings as (
    select * from {{ ref('stg_nport__holdings') }}
),

-- an instrument that a fund holds in several lots is described by the last of them
filed_instruments as (
    select
        organization_id,
        load_id,
        source_row,
        instrument_id,
        'upsert' as row_action,
        {%- for attribute in instrument_attributes() %}
        {{ filed_instrument_attributes().get(attribute, 'null') }} as {{ attribute }},
        {%- endfor %}
    from filed_holdings
),

filed_horizons as (
    select distinct
        filed_instruments.organization_id,
        run.known_at as horizon_known_at,
    from filed_instruments
    -- 1:1, the run context has one row
    cross join run
),

states as (
    {{ dimension_states(
        'instruments',
        'nav_instruments',
        ['instrument_id'],
        instrument_attributes(),
        'horizons',
        []
    ) }}
    union all
    {{ dimension_states(
        'filed_instruments',
        'nport_holdings',
        ['instrument_id'],
        instrument_attributes(),
        'filed_horizons',
        []
    ) }}
),

final as (
    select *
    from states
    -- of a workbook and a filing of one day, the one known last
    qualify row_number() over (
        partition by organization_id, instrument_id, as_of order by is_deleted asc, known_at desc, load_id desc
    ) = 1
)

select * from final
