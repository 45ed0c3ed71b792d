with deal_terms as (
    select * from {{ ref('int_clo__deal_terms') }}
),

holdings as (
    select * from {{ ref('int_clo__holdings') }}
),

asset_terms as (
    select * from {{ ref('int_clo__asset_terms') }}
),

fx_rates as (
    select * from {{ ref('int_clo__deal_fx_rates') }}
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

rates as (
    select
        load_id,
        deal_id,
        max(known_at) as known_at,
        string_agg(
            base_currency || '/' || quote_currency || ':' || rate_date || ':' || rate,
            ',' order by base_currency, quote_currency, rate_date
        ) as quotes,
    from fx_rates
    group by load_id, deal_id
),

beside as (
    select
        coalesce(stated.load_id, rates.load_id) as load_id,
        coalesce(stated.deal_id, rates.deal_id) as deal_id,
        greatest(stated.known_at, rates.known_at) as known_at,
        coalesce(stated.row_count, 0) as row_count,
        {{ surrogate_key(['stated.term_rows', 'rates.quotes']) }} as terms_id,
    from stated
    full join rates
        on
            stated.load_id = rates.load_id
            and stated.deal_id = rates.deal_id
),

final as (
    select
        -- a pool of which nothing is stated and that takes no rates keeps a plain id
        deal_terms.load_id || coalesce('+' || beside.terms_id, '') || '/' || deal_terms.deal_id as projection_id,
        deal_terms.organization_id,
        deal_terms.load_id,
        deal_terms.deal_id,
        greatest(deal_terms.known_at, beside.known_at) as known_at,
        coalesce(beside.row_count, 0) as term_count,
    from deal_terms
    left join beside
        on
            deal_terms.load_id = beside.load_id
            and deal_terms.deal_id = beside.deal_id
)

select * from final
