with inputs as (
    select * from {{ ref('int_clo__payment_date_inputs') }}
),

terms as (
    select * from {{ ref('int_clo__deal_terms') }}
    where withdrawn_at is null
),

dates as (
    select
        organization_id,
        deal_id,
        payment_date,
        max(known_at) as known_at,
        max(load_id) as load_id,
        string_agg(load_id || ':' || source_row, ',' order by load_id, source_row) as stated,
    from inputs
    group by all
),

-- the deal sheet of a date is the newest one before its payments were made
sheets as (
    select
        dates.organization_id,
        dates.deal_id,
        dates.payment_date,
        terms.load_id as terms_load_id,
        terms.known_at as terms_known_at,
    from dates
    inner join terms
        on
            dates.organization_id = terms.organization_id
            and dates.deal_id = terms.deal_id
            and dates.payment_date >= terms.as_of
    qualify
        row_number() over (
            partition by dates.organization_id, dates.deal_id, dates.payment_date
            order by terms.as_of desc, terms.known_at desc, terms.load_id desc
        ) = 1
),

continued as (
    select
        dates.organization_id,
        dates.deal_id,
        dates.payment_date,
        dates.known_at,
        dates.load_id,
        dates.stated,
        sheets.terms_load_id,
        sheets.terms_known_at,
        lag(dates.payment_date) over dates_of_deal as previous_payment_date,
        lag(dates.known_at) over dates_of_deal as previous_known_at,
        lag(dates.stated) over dates_of_deal as previous_stated,
    from dates
    left join sheets
        on
            dates.organization_id = sheets.organization_id
            and dates.deal_id = sheets.deal_id
            and dates.payment_date = sheets.payment_date
    window dates_of_deal as (partition by dates.organization_id, dates.deal_id order by dates.payment_date)
),

final as (
    select
        {{ surrogate_key(
            ['organization_id', 'deal_id', 'payment_date', 'stated', 'previous_stated', 'terms_load_id']
        ) }} as state_id,
        organization_id,
        deal_id,
        payment_date,
        previous_payment_date,
        terms_load_id,
        greatest(known_at, previous_known_at, terms_known_at) as known_at,
        load_id,
    from continued
)

select * from final
