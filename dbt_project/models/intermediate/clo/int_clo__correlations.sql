with correlations as (
    select * from {{ ref('stg_clo__correlations') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where withdrawn_at is null
),

stating_loads as (
    select distinct load_id from correlations
),

-- a workbook without the sheet states nothing, a correction included, so the newest matrix stands until the next
latest as (
    select
        loads.organization_id,
        loads.load_id,
        loads.as_of,
        loads.known_at,
    from loads
    inner join stating_loads
        on loads.load_id = stating_loads.load_id
    qualify
        row_number() over (
            partition by loads.organization_id
            order by loads.as_of desc, loads.known_at desc, loads.load_id desc
        ) = 1
),

final as (
    select
        latest.organization_id,
        latest.load_id,
        latest.as_of,
        latest.known_at,
        correlations.asset_id_1,
        correlations.asset_id_2,
        correlations.correlation,
        correlations.source_row,
        correlations.source_column,
    from correlations
    inner join latest
        on correlations.load_id = latest.load_id
)

select * from final
