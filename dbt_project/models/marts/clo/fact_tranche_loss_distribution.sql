with {{ simulated_rows('clo_tranche_losses', has_tranches=true) }},

final as (
    select
        {{ simulated_key(['tranche_name']) }} as tranche_loss_key,
        {{ simulated_keys() }}
        simulated.tranche_key,
        simulated.tranche_name,
        simulated.is_equity,
        simulated.paid_path_count,
        simulated.currency,
        simulated.opening_balance,
        simulated.probability_of_loss,
        simulated.expected_loss,
        simulated.expected_loss_rate,
        simulated.loss_rate_standard_deviation,
        simulated.loss_rate_p50,
        simulated.loss_rate_p90,
        simulated.loss_rate_p95,
        simulated.loss_rate_p99,
        simulated.maximum_loss_rate,
        simulated.expected_deferred_unpaid,
        simulated.expected_interest,
        simulated.expected_principal,
        simulated.expected_paid,
        simulated.expected_price,
        simulated.expected_yield,
        simulated.yield_path_count,
        simulated.expected_discount_margin,
        simulated.expected_wal,
    from simulated
)

select * from final
