with {{ traded_rows('clo_trade_results') }},

final as (
    select
        {{ traded_key(['trade_set', 'sequence']) }} as trade_result_key,
        {{ traded_keys() }}
        traded.trade_set,
        traded.sequence,
        traded.test_number,
        traded.threshold,
        traded.result_before,
        traded.passed_before,
        traded.threshold_after,
        traded.result_after,
        traded.passed_after,
        traded.difference,
        traded.comment,
        traded.known_at,
        traded.load_id,
    from traded
)

select * from final
