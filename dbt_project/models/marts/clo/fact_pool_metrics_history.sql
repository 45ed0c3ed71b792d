with deal_load_history as (
    select * from {{ ref('int_clo__deal_load_history') }}
),

pool_metrics as (
    select * from {{ source('calc', 'clo_pool_metrics') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

intervals as (
    select
        deal_load_history.organization_id,
        deal_load_history.deal_id,
        deal_load_history.as_of as event_date,
        {%- for measure in clo_pool_measures() %}
        pool_metrics.{{ measure }},
        {%- endfor %}
        deal_load_history.known_at,
        deal_load_history.load_id,
        deal_load_history.known_from,
        deal_load_history.known_to,
    from deal_load_history
    inner join pool_metrics
        on
            deal_load_history.organization_id = pool_metrics.organization_id
            and deal_load_history.deal_id = pool_metrics.deal_id
            and deal_load_history.load_id = pool_metrics.load_id
),

collapsed as (
    {{ collapse_history(
        'intervals', ['organization_id', 'deal_id', 'event_date'], clo_pool_measures(), ['known_at', 'load_id']
    ) }}
),

final as (
    select
        {{ surrogate_key(
            ['collapsed.organization_id', 'collapsed.deal_id', 'collapsed.event_date', 'collapsed.known_from']
        ) }} as pool_metrics_key,
        collapsed.organization_id,
        dim_deal.deal_key,
        collapsed.deal_id,
        collapsed.event_date,
        {{ date_id('collapsed.event_date') }} as date_id,
        collapsed.known_to is null
        and collapsed.event_date = max(case when collapsed.known_to is null then collapsed.event_date end) over (
            partition by collapsed.organization_id, collapsed.deal_id
        ) as is_current,
        {%- for measure in clo_pool_measures() %}
        collapsed.{{ measure }},
        {%- endfor %}
        collapsed.known_at,
        collapsed.load_id,
        collapsed.known_from,
        collapsed.known_to,
    from collapsed
    {{ join_version('dim_deal', 'collapsed', 'event_date', is_optional=true) }}
)

select * from final
