"""What must be true of the shaped inputs: what a deal needs to be computed, and rules of assets on the par it holds."""

from __future__ import annotations

from expectations.rules import Rule, Suite

MOODYS = [
    "AAA",
    "AA1",
    "AA2",
    "AA3",
    "A1",
    "A2",
    "A3",
    "BAA1",
    "BAA2",
    "BAA3",
    "BA1",
    "BA2",
    "BA3",
    "B1",
    "B2",
    "B3",
    "CAA1",
    "CAA2",
    "CAA3",
    "CA",
    "C",
    "NR",
    "WR",
    "D",
]
SP = [
    "AAA",
    "AA+",
    "AA",
    "AA-",
    "A+",
    "A",
    "A-",
    "BBB+",
    "BBB",
    "BBB-",
    "BB+",
    "BB",
    "BB-",
    "B+",
    "B",
    "B-",
    "CCC+",
    "CCC",
    "CCC-",
    "CC",
    "C",
    "D",
    "SD",
    "NR",
]

STAGING = (
    Suite(
        name="deals_are_computable",
        stage="staging",
        relation="intermediate.int_clo__deal_terms",
        description="A deal without its date or its cash cannot be tested.",
        scope="entity",
        entity_type="deal",
        entity_column="deal_id",
        keys=("organization_id", "deal_id", "load_id"),
        rules=(
            Rule(
                "deal_has_an_analysis_date",
                "the deal's sheet must state the date it speaks of",
                "ExpectColumnValuesToNotBeNull",
                {"column": "analysis_date"},
                "critical",
            ),
            Rule(
                "deal_has_principal_cash",
                "the principal balance of the collection account must be a number",
                "ExpectColumnValuesToNotBeNull",
                {"column": "principal_cash"},
                "critical",
            ),
            Rule(
                "current_libor_is_a_fraction",
                "current LIBOR is a fraction between -2 % and 20 %",
                "ExpectColumnValuesToBeBetween",
                {"column": "current_libor", "min_value": -0.02, "max_value": 0.20},
            ),
            Rule(
                "deal_matures_after_its_date",
                "a deal past its stated maturity has no projections",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {
                    "column_A": "stated_maturity_date",
                    "column_B": "analysis_date",
                    "ignore_row_if": "either_value_is_missing",
                },
            ),
        ),
    ),
    Suite(
        name="classes_are_computable",
        stage="staging",
        relation="intermediate.int_clo__tranches",
        description="A class without its balance leaves every denominator below it wrong.",
        scope="entity",
        entity_type="deal",
        entity_column="deal_id",
        keys=("organization_id", "deal_id", "load_id", "tranche_name"),
        rules=(
            Rule(
                "classes_have_a_balance",
                "every class states its current balance",
                "ExpectColumnValuesToNotBeNull",
                {"column": "current_balance"},
                "critical",
            ),
            Rule(
                "balances_are_not_negative",
                "a balance is 0 or more",
                "ExpectColumnValuesToBeBetween",
                {"column": "current_balance", "min_value": 0},
                "critical",
            ),
            Rule(
                "oc_triggers_are_ratios",
                "an OC trigger is a ratio near 1, not a percentage",
                "ExpectColumnValuesToBeBetween",
                {"column": "oc_trigger", "min_value": 0.5, "max_value": 5},
            ),
        ),
    ),
    Suite(
        name="holdings_are_computable",
        stage="staging",
        relation="intermediate.int_clo__holdings",
        description="Every asset a deal holds has a par and a row on the tape.",
        scope="entity",
        entity_type="deal",
        entity_column="deal_id",
        keys=("organization_id", "deal_id", "load_id", "asset_id"),
        rules=(
            Rule(
                "held_par_is_a_number",
                "every line of the collateral list states its par",
                "ExpectColumnValuesToNotBeNull",
                {"column": "par_amount"},
                "critical",
            ),
            Rule(
                "held_par_is_not_negative",
                "par held is 0 or more",
                "ExpectColumnValuesToBeBetween",
                {"column": "par_amount", "min_value": 0},
                "critical",
            ),
            Rule(
                "held_assets_are_on_the_tape",
                "an asset held must have a usable row on All Assets",
                "ExpectColumnValuesToBeInSet",
                {"column": "has_asset_row", "value_set": [True]},
                "critical",
            ),
        ),
    ),
    Suite(
        name="held_assets_are_sound",
        stage="staging",
        relation="intermediate.int_clo__holdings",
        description="Asset rules on what deals hold in the newest state; the tape's own par column is 0 in real files.",
        keys=("organization_id", "deal_id", "asset_id", "par_amount", "share_of_par"),
        query="""
            select
                h.*, h.par_amount / nullif(sum(h.par_amount) over (partition by h.load_id, h.deal_id), 0) as share_of_par,
                case when upper(h.coupon_type) = 'FLOAT' then coalesce(h.index_name, 'none') else 'not a floater' end
                    as index_of_floater,
                upper(h.coupon_type) as coupon_kind
            from intermediate.int_clo__holdings as h
            inner join intermediate.int_feeds__loads_in_force as l on h.load_id = l.load_id
            where l.is_latest and h.has_asset_row
        """,
        rules=(
            Rule(
                "every_floater_has_an_index",
                "a floating-rate asset must name its index",
                "ExpectColumnValuesToNotBeInSet",
                {"column": "index_of_floater", "value_set": ["none"]},
            ),
            Rule(
                "coupon_types_are_known",
                "a coupon floats or is fixed; another type escapes every spread test",
                "ExpectColumnValuesToBeInSet",
                {"column": "coupon_kind", "value_set": ["FLOAT", "FIXED"]},
            ),
            Rule(
                "assets_mature_after_issue",
                "an asset cannot mature before it is issued",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "maturity", "column_B": "issue_date", "ignore_row_if": "either_value_is_missing"},
            ),
            Rule(
                "moodys_ratings_are_in_scale",
                "Moody's ratings are grades of its scale, or NR",
                "ExpectColumnValuesToBeInSet",
                {"column": "moodys_rating", "value_set": MOODYS},
            ),
            Rule(
                "moodys_warf_ratings_are_in_scale",
                "Moody's ratings are grades of its scale, or NR",
                "ExpectColumnValuesToBeInSet",
                {"column": "moodys_rating_warf", "value_set": MOODYS},
            ),
            Rule(
                "sp_ratings_are_in_scale",
                "S&P ratings are grades of its scale, or NR",
                "ExpectColumnValuesToBeInSet",
                {"column": "sp_facility_rating", "value_set": SP},
            ),
            Rule(
                "no_asset_dominates_a_pool",
                "one asset above 10 % of a pool is a slip of the decimal point or a wind-down",
                "ExpectColumnValuesToBeBetween",
                {"column": "share_of_par", "max_value": 0.10},
            ),
        ),
    ),
)
