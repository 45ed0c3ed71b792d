with index_levels as (
    select * from {{ ref('int_market__index_levels') }}
    -- a public market equivalent is measured against what an index returns, not against its price
    where return_type = 'TOTAL'
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

benchmarks as (
    select distinct
        organization_id,
        benchmark_index_id as index_id,
    from funds
    where benchmark_index_id is not null
),

final as (
    select
        benchmarks.organization_id,
        benchmarks.index_id,
        index_levels.level_date,
        index_levels.level,
        index_levels.currency,
        index_levels.known_at,
        index_levels.load_id,
        index_levels.source_sheet,
        index_levels.source_row,
    from benchmarks
    -- 1:n on purpose, every level of the index; qualify keeps one a day, the house's own before a shared one
    inner join index_levels
        on
            benchmarks.index_id = index_levels.index_id
            and index_levels.organization_id in (benchmarks.organization_id, '_shared')
    qualify row_number() over (
        partition by benchmarks.organization_id, benchmarks.index_id, index_levels.level_date
        order by
            index_levels.organization_id = benchmarks.organization_id desc,
            index_levels.known_at desc,
            index_levels.source asc
    ) = 1
)

select * from final
