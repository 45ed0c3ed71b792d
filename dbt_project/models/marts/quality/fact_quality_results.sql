with quality_results as (
    select * from {{ source('ops', 'quality_results') }}
),

final as (
    select
        run_id,
        checked_at,
        cast(checked_at as date) as event_date,
        {{ date_id('checked_at') }} as date_id,
        checked_at as known_at,
        stage,
        asset,
        check_name,
        severity,
        scope,
        organization_id,
        entity_type,
        entity_id,
        status,
        passed,
        observed,
        expected,
        message,
    from quality_results
)

select * from final
