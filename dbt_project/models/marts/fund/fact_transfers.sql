with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

fund_transfers as (
    select * from {{ source('calc', 'fund_transfers') }}
),

{{ shown_rows('fund_transfers', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.transfer_id']) }} as transfer_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.transfer_id,
        shown.commitment_id,
        shown.new_commitment_id,
        shown.transferor_id,
        shown.transferee_id,
        shown.transfer_type,
        shown.status,
        shown.effective_date,
        shown.effective_date as event_date,
        {{ date_id('shown.effective_date') }} as date_id,
        shown.currency,
        shown.price,
        shown.share,
        shown.committed_before,
        shown.committed_moved,
        shown.contributed_before,
        shown.contributed_moved,
        shown.unfunded_before,
        shown.unfunded_moved,
        shown.recallable_before,
        shown.recallable_moved,
        shown.committed_moved_stated,
        shown.reason,
        shown.finding_codes,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'effective_date') }}
)

select * from final
