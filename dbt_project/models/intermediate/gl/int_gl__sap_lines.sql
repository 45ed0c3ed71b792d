with headers as (
    select * from {{ ref('stg_gl__sap_headers') }}
),

items as (
    select * from {{ ref('stg_gl__sap_items') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where withdrawn_at is null
),

listed_currencies as (
    select
        currency_code,
        minor_units,
    from {{ ref('currencies') }}
    union
    select
        currency_code,
        minor_units,
    from {{ ref('withdrawn_currencies') }}
),

-- tables keep every amount with two decimals: 10.00 of a currency without decimals are 1,000 units of it
currencies as (
    select
        currency_code,
        cast(
            case minor_units
                when 0 then 100
                when 2 then 1
                when 3 then 0.1
                when 4 then 0.01
            end as decimal(6, 3)
        ) as factor,
    from listed_currencies
),

newest_headers as (
    select
        headers.*,
        loads.known_at,
    from headers
    inner join loads
        on headers.load_id = loads.load_id
    qualify
        row_number() over (
            partition by headers.organization_id, headers.entity, headers.fiscal_year, headers.document_number
            order by loads.known_at desc, loads.load_id desc
        ) = 1
),

stated_items as (
    select
        items.*,
        loads.known_at,
        sum(case items.side when 'debit' then 1 else -1 end * items.stored_company_amount) over document = 0
        and sum(case items.side when 'debit' then 1 else -1 end * items.stored_transaction_amount) over document = 0
            as is_balanced,
    from items
    inner join loads
        on items.load_id = loads.load_id
    window document as (
        partition by items.load_id, items.entity, items.fiscal_year, items.document_number
    )
),

-- a posted document never changes, so its newest load that balances is its last good version
newest_items as (
    select * from stated_items
    qualify
        dense_rank() over (
            partition by organization_id, entity, fiscal_year, document_number
            order by is_balanced desc, known_at desc, load_id desc
        ) = 1
),

-- an amount in a currency that the header does not name cannot be read; the transaction's is then the only one
final as (
    select
        items.organization_id,
        items.gl_system,
        items.entity,
        items.fiscal_year || ':' || items.document_number as journal_id,
        items.line_number as line_id,
        headers.posting_date,
        items.account_code,
        items.side = 'debit' as is_debit,
        cast(
            case
                when headers.company_currency is null then items.stored_transaction_amount * transactions.factor
                else items.stored_company_amount * companies.factor
            end as decimal(24, 4)
        ) as amount,
        coalesce(headers.company_currency, headers.transaction_currency) as currency,
        case
            when headers.company_currency is not null
                then
                    cast(
                        case items.side when 'debit' then 1 else -1 end
                        * items.stored_transaction_amount
                        * transactions.factor as decimal(24, 4)
                    )
        end as transaction_amount,
        case when headers.company_currency is not null then headers.transaction_currency end as transaction_currency,
        coalesce(items.memo, headers.memo) as memo,
        headers.document_type as transaction_type,
        items.document_number,
        headers.status,
        headers.left_out_reason,
        headers.fiscal_period,
        greatest(items.known_at, headers.known_at) as known_at,
        items.load_id,
        items.source_row,
    from newest_items as items
    inner join newest_headers as headers
        on
            items.organization_id = headers.organization_id
            and items.entity = headers.entity
            and items.fiscal_year = headers.fiscal_year
            and items.document_number = headers.document_number
    inner join currencies as transactions
        on headers.transaction_currency = transactions.currency_code
    left join currencies as companies
        on headers.company_currency = companies.currency_code
)

select * from final
