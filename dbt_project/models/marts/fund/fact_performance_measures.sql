with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

dim_investment as (
    select * from {{ ref('dim_investment') }}
),

pool_performance as (
    select * from {{ source('calc', 'pool_performance') }}
),

compared_states as (
    select * from {{ ref('int_fund__compared_states') }}
),

performance_measures as (
    select performance_measures.*
    from {{ source('calc', 'performance_measures') }} as performance_measures
    -- 1:1, compared with what is known of the index now
    inner join compared_states
        on performance_measures.compared_id = compared_states.compared_id
),

{{ shown_rows('performance_measures', 'measured_id') }},

every_row as (
    select
        shown.organization_id,
        shown.scope,
        cast(null as varchar) as pool_type,
        cast(null as varchar) as pool_name,
        shown.fund_id,
        shown.investor_id,
        shown.investment_id,
        shown.event_date,
        shown.currency,
        shown.net_or_gross,
        shown.date_basis,
        shown.day_count,
        shown.included,
        shown.facility,
        shown.index_id,
        shown.m_pme_nav_basis,
        shown.known_at,
        shown.state_id,
        {%- for name in performance_measure_names() %}
        shown.{{ name }},
        shown.{{ name }}_reason,
        {%- endfor %}
    from shown
    union all
    select
        pool_performance.organization_id,
        pool_performance.scope,
        pool_performance.pool_type,
        pool_performance.pool_name,
        cast(null as varchar) as fund_id,
        cast(null as varchar) as investor_id,
        cast(null as varchar) as investment_id,
        pool_performance.event_date,
        pool_performance.currency,
        pool_performance.net_or_gross,
        pool_performance.date_basis,
        pool_performance.day_count,
        pool_performance.included,
        pool_performance.facility,
        pool_performance.index_id,
        pool_performance.m_pme_nav_basis,
        pool_performance.known_at,
        cast(null as varchar) as state_id,
        {%- for name in performance_measure_names() %}
        pool_performance.{{ name }},
        pool_performance.{{ name }}_reason,
        {%- endfor %}
    from pool_performance
),

measured as (
    {{ measure_rows('every_row', [
        'organization_id',
        'scope',
        'pool_type',
        'pool_name',
        'fund_id',
        'investor_id',
        'investment_id',
        'event_date',
        'currency',
        'net_or_gross',
        'date_basis',
        'day_count',
        'included',
        'facility',
        'index_id',
        'm_pme_nav_basis',
        'known_at',
        'state_id',
    ]) }}
),

final as (
    select
        {{ surrogate_key([
            'measured.organization_id', 'measured.scope', 'measured.pool_type', 'measured.pool_name',
            'measured.fund_id', 'measured.investor_id', 'measured.investment_id', 'measured.currency', 'measured.event_date', 'measured.net_or_gross',
            'measured.included', 'measured.facility', 'measured.measure'
        ]) }} as performance_measure_key,
        measured.organization_id,
        measured.scope,
        measured.pool_type,
        measured.pool_name,
        dim_fund.fund_key,
        measured.fund_id,
        dim_investor.investor_key,
        measured.investor_id,
        dim_investment.investment_key,
        measured.investment_id,
        measured.event_date,
        {{ date_id('measured.event_date') }} as date_id,
        measured.event_date = max(measured.event_date) over (
            partition by
                measured.organization_id, measured.scope, measured.pool_type, measured.pool_name,
                measured.fund_id, measured.investor_id, measured.investment_id, measured.currency
        ) as is_current,
        measured.currency,
        measured.measure,
        measured.value,
        measured.reason,
        measured.net_or_gross,
        measured.date_basis,
        measured.day_count,
        measured.included,
        measured.facility,
        case
            when measured.measure like '%pme%' or measured.measure = 'direct_alpha' then measured.index_id
        end as index_id,
        case when measured.measure = 'm_pme' then measured.m_pme_nav_basis end as nav_basis,
        measured.known_at,
        measured.state_id,
    from measured
    -- a pool has no fund; a fund has no investor and no investment
    {{ join_version('dim_fund', 'measured', 'event_date', is_optional=true) }}
    {{ join_version('dim_investor', 'measured', 'event_date', is_optional=true) }}
    {{ join_version('dim_investment', 'measured', 'event_date', is_optional=true) }}
)

select * from final
