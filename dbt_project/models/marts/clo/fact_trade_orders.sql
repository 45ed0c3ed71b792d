with {{ traded_rows('clo_trade_orders') }},

dim_asset as (
    select * from {{ ref('dim_asset') }}
),

final as (
    select
        {{ traded_key(['trade_set', 'trade_number']) }} as trade_order_key,
        {{ traded_keys() }}
        traded.trade_set,
        traded.trade_number,
        traded.origin,
        dim_asset.asset_key,
        traded.asset_id,
        traded.side,
        traded.par_asked,
        traded.price_asked,
        traded.par_done,
        traded.price,
        traded.cash_change,
        traded.outcome,
        traded.objective_after,
        traded.known_at,
        traded.load_id,
    from traded
    {{ join_version('dim_asset', 'traded', 'event_date', is_optional=true) }}
)

select * from final
