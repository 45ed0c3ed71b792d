with prices as (
    select * from {{ ref('stg_market__prices') }}
),

columns_carried as (
    {{ fold_loads(
        'prices',
        ['instrument_id', 'price_type', 'as_of', 'source', 'currency', 'round_id'],
        ['price', 'quote_basis', 'confidence', 'sample_count', 'allow_non_positive', 'valid_until', 'approval_id', 'reason']
    ) }}
)

select * from columns_carried
