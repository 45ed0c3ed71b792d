with trades as (
    select * from {{ ref('int_clo__trades') }}
    where status = 'HYPOTHETICAL'
),

terms as (
    select * from {{ ref('int_clo__deal_terms') }}
    where withdrawn_at is null
),

baskets as (
    select
        organization_id,
        deal_id,
        batch_id,
        max(trade_date) as trade_date,
        max(known_at) as known_at,
        string_agg(load_id || ':' || source_row, ',' order by load_id, source_row) as stated,
    from trades
    group by all
),

-- the pool of a basket is the newest one on or before its day
pools as (
    select
        baskets.organization_id,
        baskets.deal_id,
        baskets.batch_id,
        terms.load_id,
        terms.as_of,
        terms.known_at,
    from baskets
    inner join terms
        on
            baskets.organization_id = terms.organization_id
            and baskets.deal_id = terms.deal_id
            and baskets.trade_date >= terms.as_of
    qualify
        row_number() over (
            partition by baskets.organization_id, baskets.deal_id, baskets.batch_id
            order by terms.as_of desc, terms.known_at desc, terms.load_id desc
        ) = 1
),

final as (
    select
        {{ surrogate_key([
            'baskets.organization_id',
            'baskets.deal_id',
            'baskets.batch_id',
            'baskets.stated',
            'pools.load_id',
        ]) }} as basket_id,
        baskets.organization_id,
        baskets.deal_id,
        baskets.batch_id,
        pools.load_id,
        coalesce(cast(pools.as_of as date), baskets.trade_date) as as_of,
        greatest(baskets.known_at, pools.known_at) as known_at,
    from baskets
    left join pools
        on
            baskets.organization_id = pools.organization_id
            and baskets.deal_id = pools.deal_id
            and baskets.batch_id is not distinct from pools.batch_id
)

select * from final
