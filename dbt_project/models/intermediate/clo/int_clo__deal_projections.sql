with deal_terms as (
    select * from {{ ref('int_clo__deal_terms') }}
),

holdings as (
    select * from {{ ref('int_clo__holdings') }}
),

asset_terms as (
    select * from {{ ref('int_clo__asset_terms') }}
),

-- what is stated of the assets of a pool, by the rows that state it
stated as (
    select
        holdings.load_id,
        holdings.deal_id,
        max(asset_terms.known_at) as known_at,
        count(*) as row_count,
        string_agg(
            asset_terms.table_name || ':' || asset_terms.load_id || ':' || asset_terms.source_row,
            ',' order by asset_terms.table_name, asset_terms.load_id, asset_terms.source_row
        ) as term_rows,
    from holdings
    -- 1:n, an asset has a row for each date
    inner join asset_terms
        on
            holdings.organization_id = asset_terms.organization_id
            and holdings.asset_id = asset_terms.asset_id
    group by holdings.load_id, holdings.deal_id
),

final as (
    select
        -- a pool of which nothing is stated keeps a plain id
        deal_terms.load_id || coalesce('+' || md5(stated.term_rows), '') || '/' || deal_terms.deal_id as projection_id,
        deal_terms.organization_id,
        deal_terms.load_id,
        deal_terms.deal_id,
        greatest(deal_terms.known_at, stated.known_at) as known_at,
        coalesce(stated.row_count, 0) as term_count,
    from deal_terms
    left join stated
        on
            deal_terms.load_id = stated.load_id
            and deal_terms.deal_id = stated.deal_id
)

select * from final
