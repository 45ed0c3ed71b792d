with stated as (
    select * from {{ source('raw', 'nport_filings') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(product_type as varchar) as product_type,
        cast(currency as varchar) as currency,
        cast(is_unitless as boolean) as is_unitless,
        cast(submission_type as varchar) as submission_type,
        cast(registrant_name as varchar) as registrant_name,
        cast(registrant_cik as varchar) as registrant_cik,
        cast(registrant_file_number as varchar) as registrant_file_number,
        cast(registrant_lei as varchar) as registrant_lei,
        cast(series_id as varchar) as series_id,
        cast(series_name as varchar) as series_name,
        cast(series_lei as varchar) as series_lei,
        cast(report_date as date) as report_date,
        cast(fiscal_year_end as date) as fiscal_year_end,
        cast(is_final_filing as boolean) as is_final_filing,
        cast(total_assets as decimal(38, 12)) as total_assets,
        cast(total_liabilities as decimal(38, 12)) as total_liabilities,
        cast(net_assets as decimal(38, 12)) as net_assets,
        cast(miscellaneous_securities as decimal(38, 12)) as miscellaneous_securities,
        cast(assets_in_controlled_corporation as decimal(38, 12)) as assets_in_controlled_corporation,
        cast(cash_not_in_holdings as decimal(38, 12)) as cash_not_in_holdings,
        cast(bank_borrowings_within_year as decimal(38, 12)) as bank_borrowings_within_year,
        cast(controlled_company_payables_within_year as decimal(38, 12)) as controlled_company_payables_within_year,
        cast(affiliate_payables_within_year as decimal(38, 12)) as affiliate_payables_within_year,
        cast(other_payables_within_year as decimal(38, 12)) as other_payables_within_year,
        cast(bank_borrowings_after_year as decimal(38, 12)) as bank_borrowings_after_year,
        cast(controlled_company_payables_after_year as decimal(38, 12)) as controlled_company_payables_after_year,
        cast(affiliate_payables_after_year as decimal(38, 12)) as affiliate_payables_after_year,
        cast(other_payables_after_year as decimal(38, 12)) as other_payables_after_year,
        cast(delayed_delivery_payables as decimal(38, 12)) as delayed_delivery_payables,
        cast(standby_commitment_payables as decimal(38, 12)) as standby_commitment_payables,
        cast(liquidation_preference as decimal(38, 12)) as liquidation_preference,
        cast(holding_count as bigint) as holding_count,
        cast(signed_date as date) as signed_date,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
