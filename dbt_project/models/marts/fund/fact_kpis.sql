with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

fund_quarters as (
    select * from {{ source('calc', 'fund_quarters') }}
),

pacing_assumptions as (
    select * from {{ source('calc', 'pacing_assumptions') }}
),

pacing_forecasts as (
    select * from {{ ref('fact_pacing_forecast') }}
    where scenario = 'base' and quarter = 1
),

-- of the house, as partners saw it
pool_performance as (
    select * from {{ source('calc', 'pool_performance') }}
    where pool_type = 'ORGANISATION' and included = 'ALL_PARTNERS' and facility = 'WITH'
),

entity_status as (
    select * from {{ ref('entity_status') }}
),

compliance_results as (
    select * from {{ ref('fact_compliance_results') }}
    where is_current and is_listed
),

bank_entries as (
    select * from {{ ref('fact_bank_entries') }}
    where match_status is not null
),

approval_subjects as (
    select * from {{ ref('fact_approval_subjects') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

kpis as (
    select * from {{ ref('kpis') }}
),

{{ shown_rows('fund_quarters', 'measured_id') }},

pages as (
    select distinct
        organization_id,
        currency,
        event_date,
    from shown
),

-- a fund whose data ends earlier counts as it stood then
standing as (
    select
        pages.event_date as page_date,
        shown.*,
    from pages
    inner join shown
        on
            pages.organization_id = shown.organization_id
            and pages.currency = shown.currency
            and pages.event_date >= shown.event_date
    qualify
        row_number() over (
            partition by pages.organization_id, pages.currency, pages.event_date, shown.fund_id
            order by shown.event_date desc
        ) = 1
),

-- one that has no forecast leaves no sum of them
expected as (
    select
        standing.organization_id,
        standing.currency,
        standing.page_date,
        -- the part of the first quarter's calls that falls into 90 days of it
        sum(
            pacing_forecasts.calls
            * least(1, 90.0 / (pacing_forecasts.event_date - pacing_forecasts.as_of_date))
        ) as amount,
        case
            when count(pacing_forecasts.fund_id) < count(*)
                then coalesce(min(pacing_assumptions.reason), 'NO_FORECAST')
        end as reason,
    from standing
    left join pacing_forecasts
        on
            standing.organization_id = pacing_forecasts.organization_id
            and standing.fund_id = pacing_forecasts.fund_id
            and standing.page_date = pacing_forecasts.as_of_date
    left join pacing_assumptions
        on
            standing.measured_id = pacing_assumptions.measured_id
            and standing.page_date = pacing_assumptions.as_of_date
            and pacing_assumptions.reason is not null
    group by standing.organization_id, standing.currency, standing.page_date
),

summed as (
    select
        organization_id,
        currency,
        page_date,
        count(*) as fund_count,
        count(*) filter (where event_date < page_date) as stale_fund_count,
        min(nav_date) as oldest_nav_date,
        max(known_at) as known_at,
        sum(committed) as committed,
        sum(called) as called,
        sum(unfunded) as unfunded,
        sum(case when is_investing then unfunded else 0 end) as dry_powder,
        sum(distributed) as distributed,
        min(amount_reason) as amount_reason,
        min(case when is_investing is null then 'NO_INVESTMENT_PERIOD: ' || fund_id end) as period_reason,
        sum(nav) as nav,
        min(nav_reason) as nav_reason,
        sum(calls_outstanding) as calls_outstanding,
        sum(calls_overdue) as calls_overdue,
        sum(calls_due) as calls_due,
        sum(calls_collected) as calls_collected,
        min(calls_reason) as calls_reason,
    from standing
    group by organization_id, currency, page_date
),

figures as (
    select
        summed.*,
        pool_performance.irr,
        pool_performance.irr_reason,
        pool_performance.tvpi,
        pool_performance.tvpi_reason,
        expected.amount as expected_calls,
        expected.reason as expected_reason,
    from summed
    inner join expected
        on
            summed.organization_id = expected.organization_id
            and summed.currency = expected.currency
            and summed.page_date = expected.page_date
    left join pool_performance
        on
            summed.organization_id = pool_performance.organization_id
            and summed.currency = pool_performance.currency
            and summed.page_date = pool_performance.event_date
),

-- what somebody must see to, and beside it what is done, so that a house without open items shows zeros
items as (
    {%- for status in ['UNMATCHED', 'AMBIGUOUS'] %}
    select
        bank_entries.organization_id,
        'BANK_{{ status }}' as item,
        bank_entries.entry_id as item_id,
        bank_entries.currency,
        abs(bank_entries.amount) as amount,
        bank_entries.match_status = '{{ status }}' as is_open,
        date_diff('day', bank_entries.value_date, cast(run.known_at as date)) as age_days,
        null as tier,
        bank_entries.known_at,
    from bank_entries
    -- 1:1, the run context has one row
    cross join run
    union all
    {%- endfor %}
    select
        organization_id,
        'APPROVALS_OPEN' as item,
        subject_id as item_id,
        currency,
        amount,
        is_open,
        age_days,
        tier,
        known_at,
    from approval_subjects
),

-- by currency, and all together
open_items as (
    select
        items.organization_id,
        items.item,
        items.currency,
        cast(grouping(items.currency) = 1 as boolean) as is_total,
        cast(any_value(run.known_at) as date) as event_date,
        count(*) filter (where items.is_open) as item_count,
        coalesce(sum(items.amount) filter (where items.is_open), 0) as amount,
        min(
            case
                when not items.is_open then null
                when items.currency is null then 'NO_CURRENCY: ' || items.item_id
                when items.amount is null then 'NO_AMOUNT: ' || items.item_id
            end
        ) as amount_reason,
        max(items.age_days) filter (where items.is_open) as age_days,
        max(items.tier) filter (where items.is_open) as tier,
        max(items.known_at) as known_at,
    from items
    -- 1:1, the run context has one row
    cross join run
    group by grouping sets ((items.organization_id, items.item), (items.organization_id, items.item, items.currency))
),

{%- set of_items = [
    ('COUNT', 'item_count', 'null', 'is_total'),
    ('AMOUNT', 'amount', 'amount_reason', 'not is_total and (currency is not null or item_count > 0)'),
    ('AGE', 'age_days', "case when item_count = 0 then 'NOTHING_OPEN' end", 'is_total'),
    ('TIER', 'tier', "case when item_count = 0 then 'NOTHING_OPEN' end", "is_total and item = 'APPROVALS_OPEN'"),
] %}

{%- set of_funds = [
    ('COMMITTED', 'committed', 'amount_reason'),
    ('CALLED', 'called', 'amount_reason'),
    ('UNFUNDED', 'unfunded', 'amount_reason'),
    ('DRY_POWDER', 'dry_powder', 'coalesce(amount_reason, period_reason)'),
    ('DISTRIBUTED', 'distributed', 'amount_reason'),
    ('NAV', 'nav', 'nav_reason'),
    ('NET_IRR', 'irr', "coalesce(irr_reason, 'NO_POOL')"),
    ('TVPI', 'tvpi', "coalesce(tvpi_reason, 'NO_POOL')"),
    ('CALLS_OUTSTANDING', 'calls_outstanding', 'calls_reason'),
    ('CALLS_OVERDUE', 'calls_overdue', 'calls_reason'),
    ('COLLECTION_RATE', 'calls_collected / nullif(calls_due, 0)', "coalesce(calls_reason, 'NOTHING_DUE')"),
    ('EXPECTED_CALLS_90_DAYS', 'expected_calls', 'expected_reason'),
] %}

stated as (
    {%- for kpi, figure, reason in of_funds %}
    select
        organization_id,
        '{{ kpi }}' as kpi_code,
        page_date as event_date,
        currency,
        cast({{ figure }} as decimal(38, 12)) as value,
        {{ reason }} as reason,
        fund_count,
        stale_fund_count,
        oldest_nav_date,
        known_at,
    from figures
    union all
    {%- endfor %}
    {%- for suffix, figure, reason, rows in of_items %}
    select
        organization_id,
        item || '_{{ suffix }}' as kpi_code,
        event_date,
        currency,
        cast({{ figure }} as decimal(38, 12)) as value,
        {{ reason }} as reason,
        null as fund_count,
        null as stale_fund_count,
        null as oldest_nav_date,
        known_at,
    from open_items
    where {{ rows }}
    union all
    {%- endfor %}
    select
        entity_status.organization_id,
        'HELD_ENTITIES' as kpi_code,
        cast(any_value(run.known_at) as date) as event_date,
        null as currency,
        count(*) filter (where entity_status.status <> 'current') as value,
        null as reason,
        null as fund_count,
        null as stale_fund_count,
        null as oldest_nav_date,
        any_value(run.known_at) as known_at,
    from entity_status
    -- 1:1, the run context has one row
    cross join run
    group by entity_status.organization_id
    union all
    select
        compliance_results.organization_id,
        'COMPLIANCE_BREACHES' as kpi_code,
        cast(any_value(run.known_at) as date) as event_date,
        null as currency,
        count(*) filter (where not compliance_results.passed) as value,
        null as reason,
        null as fund_count,
        null as stale_fund_count,
        null as oldest_nav_date,
        max(compliance_results.known_at) as known_at,
    from compliance_results
    -- 1:1, the run context has one row
    cross join run
    group by compliance_results.organization_id
),

-- a sum of which a part is unknown is unknown; a figure that is known keeps what is unusual about it out of its reason
known as (
    select
        organization_id,
        kpi_code,
        event_date,
        currency,
        fund_count,
        stale_fund_count,
        oldest_nav_date,
        known_at,
        case when kpi_code in ('NET_IRR', 'TVPI', 'COLLECTION_RATE') or reason is null then value end as value,
        case when kpi_code not in ('NET_IRR', 'TVPI', 'COLLECTION_RATE') or value is null then reason end as reason,
    from stated
),

final as (
    select
        {{ surrogate_key(['known.organization_id', 'known.kpi_code', 'known.event_date', 'known.currency']) }}
            as kpi_key,
        known.organization_id,
        known.kpi_code,
        kpis.kpi_name,
        kpis.sort_order,
        known.event_date,
        {{ date_id('known.event_date') }} as date_id,
        known.currency,
        kpis.unit,
        known.value,
        known.reason,
        lag(known.value) over figure as previous_value,
        cast(known.value - lag(known.value) over figure as decimal(38, 12)) as change,
        cast(known.fund_count as integer) as fund_count,
        cast(known.stale_fund_count as integer) as stale_fund_count,
        known.oldest_nav_date,
        known.event_date = max(known.event_date) over (
            partition by known.organization_id, known.kpi_code, known.currency
        ) as is_current,
        known.known_at,
    from known
    inner join kpis
        on known.kpi_code = kpis.kpi_code
    window figure as (
        partition by known.organization_id, known.kpi_code, known.currency
        order by known.event_date
    )
)

select * from final
