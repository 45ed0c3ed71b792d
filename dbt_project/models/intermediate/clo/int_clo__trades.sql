with state as (
    {{ fold_loads(
        ref('stg_clo__trades'),
        ['trade_id'],
        ['deal_id', 'asset_id', 'trade_date', 'settle_date', 'side', 'par', 'price', 'status', 'batch_id', 'sequence',
         'counterparty', 'reason'],
    ) }}
),

final as (
    select
        organization_id,
        trade_id,
        deal_id,
        asset_id,
        trade_date,
        settle_date,
        side,
        par,
        price,
        status,
        batch_id,
        sequence,
        counterparty,
        reason,
        load_id,
        known_at,
        source_sheet,
        source_row,
    from state
)

select * from final
