{#- A view: the reports of a publication are made when it is, after the marts. -#}
{{ config(materialized='view') }}

with fund_reports as (
    select * from {{ source('ops', 'fund_reports') }}
),

final as (
    select
        {{ surrogate_key(['publication_id', 'organization_id', 'path']) }} as report_key,
        publication_id,
        organization_id,
        report_kind,
        fund_id,
        investor_id,
        event_id,
        period_end,
        -- rows of before reports could be held are of reports that stand in their publication
        coalesce(status, 'PUBLISHED') as status,
        reason_code,
        reason,
        path,
        file_sha256,
        inputs_sha256,
        is_reused,
        generated_at,
        period_end as event_date,
        {{ date_id('period_end') }} as date_id,
        publication_id = max(publication_id) over () as is_current,
        known_at,
    from fund_reports
)

select * from final
