with {{ traded_rows('clo_trade_rankings') }},

dim_asset as (
    select * from {{ ref('dim_asset') }}
),

final as (
    select
        {{ traded_key(['side', 'rank']) }} as trade_ranking_key,
        {{ traded_keys() }}
        traded.side,
        traded.rank,
        traded.score,
        traded.objective_after,
        dim_asset.asset_key,
        traded.asset_id,
        traded.par,
        traded.market_value,
        traded.moodys_rating,
        traded.sp_rating,
        traded.coupon,
        traded.coupon_spread,
        traded.libor_floor,
        traded.wal,
        traded.moodys_recovery_rate,
        traded.moodys_rating_warf,
        traded.moodys_dp_rating,
        traded.sp_industry,
        traded.moodys_industry,
        traded.country,
        traded.is_cov_lite,
        traded.maturity,
        traded.facility_size,
        traded.credit_opinion,
        traded.known_at,
        traded.load_id,
    from traded
    {{ join_version('dim_asset', 'traded', 'event_date', is_optional=true) }}
)

select * from final
