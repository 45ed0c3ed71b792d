with projects as (
    select * from {{ ref('stg_nav__projects') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

horizons as (
    select distinct
        projects.organization_id,
        run.known_at as horizon_known_at,
    from projects
    -- 1:1, the run context has one row
    cross join run
),

final as (
    {{ dimension_states(
        'projects',
        'nav_projects',
        ['project_id'],
        project_attributes() + restricted_project_attributes(),
        'horizons',
        []
    ) }}
)

select * from final
