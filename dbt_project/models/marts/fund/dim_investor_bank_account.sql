with bank_account_timeline as (
    select * from {{ ref('int_fund__bank_account_timeline') }}
),

versions as (
    {{ scd2_versions('bank_account_timeline', ['organization_id', 'banking_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.banking_id', 'versions.valid_from']) }}
            as investor_bank_account_key,
        versions.organization_id,
        versions.banking_id,
        {%- for attribute in bank_account_attributes() %}
        versions.attributes.{{ attribute }},
        {%- endfor %}
        {%- for attribute in restricted_bank_account_attributes() %}
        {{ masked('versions.organization_id', 'versions.attributes.' ~ attribute) }} as {{ attribute }},
        {%- endfor %}
        {{ version_columns('versions') }}
    from versions
)

select * from final
