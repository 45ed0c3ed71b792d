with projections as (
    select * from {{ ref('int_clo__deal_projections') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where withdrawn_at is null
),

stating_loads as (
    select distinct load_id from {{ ref('stg_clo__correlations') }}
),

matrices as (
    select
        loads.organization_id,
        loads.load_id,
        loads.as_of,
        loads.known_at,
    from loads
    inner join stating_loads
        on loads.load_id = stating_loads.load_id
),

-- a workbook without the sheet states nothing, so the newest matrix at its time stands
matrix_of_load as (
    select
        loads.load_id,
        arg_max(matrices.load_id, (matrices.as_of, matrices.known_at, matrices.load_id)) as correlations_load_id,
        arg_max(matrices.known_at, (matrices.as_of, matrices.known_at, matrices.load_id)) as known_at,
    from loads
    -- 1:n, every matrix until then
    inner join matrices
        on
            loads.organization_id = matrices.organization_id
            and loads.as_of >= matrices.as_of
            and loads.known_at >= matrices.known_at
    group by loads.load_id
),

-- 1:n, a load states many deals
projected as (
    select
        load_id,
        max(known_at) as known_at,
        string_agg(projection_id, ',' order by projection_id) as projection_ids,
    from projections
    group by load_id
),

final as (
    select
        projected.load_id || '+' || {{
            surrogate_key(['projected.projection_ids', 'matrix_of_load.correlations_load_id'])
        }} as inputs_id,
        loads.organization_id,
        loads.load_id,
        loads.as_of,
        -- a blank one is left out
        greatest(projected.known_at, matrix_of_load.known_at) as known_at,
        loads.file_sha256,
        matrix_of_load.correlations_load_id,
    from projected
    inner join loads
        on projected.load_id = loads.load_id
    left join matrix_of_load
        on projected.load_id = matrix_of_load.load_id
)

select * from final
