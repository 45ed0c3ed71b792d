with collateral as (
    select * from {{ ref('stg_clo__deal_collateral') }}
),

assets as (
    select * from {{ ref('stg_clo__assets') }}
),

deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

-- one asset may stand on several lines of a deal; its par is their sum (clo-workbook 1.4)
held as (
    select
        load_id,
        deal_id,
        asset_id,
        sum(par_amount) as par_amount,
        count(*) as line_count,
        count(*) - count(par_amount) as lines_without_par,
        min(source_row) as first_source_row,
    from collateral
    group by load_id, deal_id, asset_id
),

final as (
    select
        held.load_id,
        deal_loads.organization_id,
        held.deal_id,
        held.asset_id,
        deal_loads.as_of,
        deal_loads.known_at,
        -- a sum that leaves a line out would be wrong, so it is unknown
        case when held.lines_without_par = 0 then held.par_amount end as par_amount,
        held.line_count,
        deal_loads.source_sheet,
        held.first_source_row,
        assets.asset_id is not null as has_asset_row,
        -- a flag is set by a Yes only, so a blank is not set (clo-compliance 1.1)
        {{ clean_text('assets.issue_name') }} as issue_name,
        {{ clean_text('assets.issuer_name') }} as issuer_name,
        {{ clean_text('assets.issuer_id') }} as issuer_id,
        {{ clean_text('assets.tranche') }} as tranche,
        {{ clean_code('assets.bond_loan') }} as bond_loan,
        assets.par_amount as asset_par_amount,
        assets.maturity,
        {{ clean_text('assets.coupon_type') }} as coupon_type,
        assets.payment_frequency,
        assets.coupon_spread,
        assets.libor_floor,
        {{ clean_code('assets.index_name') }} as index_name,
        assets.coupon,
        assets.commitment_fee,
        assets.unfunded_amount,
        assets.facility_size,
        {{ clean_code('assets.moodys_industry') }} as moodys_industry,
        {{ clean_text('assets.sp_industry') }} as sp_industry,
        {{ clean_code('assets.moodys_asset_category') }} as moodys_asset_category,
        {{ clean_code('assets.sp_priority_category') }} as sp_priority_category,
        {{ clean_code('assets.country') }} as country,
        {{ clean_code('assets.seniority') }} as seniority,
        coalesce(assets.is_deferred_interest_bond, false) as is_deferred_interest_bond,
        coalesce(assets.is_piking, false) as is_piking,
        assets.pik_amount,
        coalesce(assets.is_default_obligation, false) as is_default_obligation,
        assets.date_of_default,
        coalesce(assets.is_delayed_drawdown, false) as is_delayed_drawdown,
        coalesce(assets.is_revolver, false) as is_revolver,
        coalesce(assets.is_letter_of_credit, false) as is_letter_of_credit,
        coalesce(assets.is_participation, false) as is_participation,
        coalesce(assets.is_dip, false) as is_dip,
        coalesce(assets.is_convertible, false) as is_convertible,
        coalesce(assets.is_structured_finance, false) as is_structured_finance,
        coalesce(assets.is_bridge_loan, false) as is_bridge_loan,
        coalesce(assets.is_current_pay, false) as is_current_pay,
        coalesce(assets.is_cov_lite, false) as is_cov_lite,
        {{ clean_text('assets.currency') }} as currency,
        assets.wal,
        assets.market_value,
        coalesce(assets.is_first_lien_last_out, false) as is_first_lien_last_out,
        {{ clean_code('assets.moodys_rating') }} as moodys_rating,
        assets.moodys_recovery_rate,
        {{ clean_code('assets.moodys_dp_rating') }} as moodys_dp_rating,
        {{ clean_code('assets.moodys_rating_warf') }} as moodys_rating_warf,
        {{ clean_code('assets.moodys_facility_rating') }} as moodys_facility_rating,
        {{ clean_text('assets.moodys_facility_outlook') }} as moodys_facility_outlook,
        {{ clean_code('assets.moodys_issuer_rating') }} as moodys_issuer_rating,
        {{ clean_text('assets.moodys_issuer_outlook') }} as moodys_issuer_outlook,
        {{ clean_code('assets.moodys_senior_secured_rating') }} as moodys_senior_secured_rating,
        {{ clean_code('assets.moodys_senior_unsecured_rating') }} as moodys_senior_unsecured_rating,
        {{ clean_code('assets.moodys_subordinate_rating') }} as moodys_subordinate_rating,
        {{ clean_code('assets.moodys_credit_estimate') }} as moodys_credit_estimate,
        assets.moodys_credit_estimate_date,
        {{ clean_code('assets.sp_facility_rating') }} as sp_facility_rating,
        {{ clean_code('assets.sp_issuer_rating') }} as sp_issuer_rating,
        {{ clean_code('assets.sp_senior_secured_rating') }} as sp_senior_secured_rating,
        {{ clean_code('assets.sp_subordinated_rating') }} as sp_subordinated_rating,
        {{ clean_code('assets.sp_recovery_rating') }} as sp_recovery_rating,
        assets.dated_date,
        assets.issue_date,
        assets.first_payment_date,
        {{ clean_code('assets.amortization_type') }} as amortization_type,
        {{ clean_text('assets.day_count') }} as day_count,
        assets.index_cap,
        {{ clean_text('assets.business_day_convention') }} as business_day_convention,
        assets.is_payment_end_of_month,
        assets.amount_issued,
        {{ clean_text('assets.credit_opinion') }} as credit_opinion,
    from held
    inner join deal_loads
        on
            held.load_id = deal_loads.load_id
            and held.deal_id = deal_loads.deal_id
    -- an asset that the same load does not describe stays held, without properties
    left join assets
        on
            held.load_id = assets.load_id
            and held.asset_id = assets.asset_id
)

select * from final
