with stated as (
    select * from {{ source('raw', 'prices') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(instrument_id as varchar) as instrument_id,
        cast(isin as varchar) as isin,
        cast(cusip as varchar) as cusip,
        cast(ticker as varchar) as ticker,
        cast(price_type as varchar) as price_type,
        cast(price_date as date) as price_date,
        cast(as_of as timestamp) as as_of,
        cast(source as varchar) as source,
        cast(price as decimal(38, 12)) as price,
        cast(currency as varchar) as currency,
        cast(quote_basis as varchar) as quote_basis,
        cast(confidence as decimal(18, 12)) as confidence,
        cast(bid as decimal(38, 12)) as bid,
        cast(ask as decimal(38, 12)) as ask,
        cast(volume as decimal(38, 12)) as volume,
        cast(sample_count as bigint) as sample_count,
        cast(round_id as varchar) as round_id,
        cast(pair as varchar) as pair,
        cast(answer as decimal(38, 0)) as answer,
        cast(answer_decimals as bigint) as answer_decimals,
        cast(answered_in_round as decimal(38, 0)) as answered_in_round,
        cast(started_at as timestamp) as started_at,
        cast(is_stale_round as boolean) as is_stale_round,
        cast(allow_non_positive as boolean) as allow_non_positive,
        cast(valid_until as timestamp) as valid_until,
        cast(approval_id as varchar) as approval_id,
        cast(reason as varchar) as reason,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
