"""What must be true of the shaped inputs: what a deal needs to be computed, and rules of assets on the par it holds."""

from __future__ import annotations

from expectations.rules import Suite, between, greater, in_set, not_in_set, not_null

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
            not_null(
                "deal_has_an_analysis_date",
                "analysis_date",
                "the deal's sheet must state the date it speaks of",
                severity="critical",
            ),
            not_null(
                "deal_has_principal_cash",
                "principal_cash",
                "the principal balance of the collection account must be a number",
                severity="critical",
            ),
            between(
                "current_libor_is_a_fraction",
                "current_libor",
                "current LIBOR is a fraction between -2 % and 20 %",
                at_least=-0.02,
                at_most=0.20,
            ),
            greater(
                "deal_matures_after_its_date",
                "stated_maturity_date",
                "analysis_date",
                "a deal past its stated maturity has no projections",
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
            not_null(
                "classes_have_a_balance",
                "current_balance",
                "every class states its current balance",
                severity="critical",
            ),
            between(
                "balances_are_not_negative",
                "current_balance",
                "a balance is 0 or more",
                at_least=0,
                severity="critical",
            ),
            between(
                "oc_triggers_are_ratios",
                "oc_trigger",
                "an OC trigger is a ratio near 1, not a percentage",
                at_least=0.5,
                at_most=5,
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
            not_null(
                "held_par_is_a_number",
                "par_amount",
                "every line of the collateral list states its par",
                severity="critical",
            ),
            between("held_par_is_not_negative", "par_amount", "par held is 0 or more", at_least=0, severity="critical"),
            in_set(
                "held_assets_are_on_the_tape",
                "has_asset_row",
                [True],
                "an asset held must have a usable row on All Assets",
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="stated_terms_are_used",
        stage="staging",
        relation="intermediate.int_clo__asset_terms",
        description="Terms beside the tape speak of assets that a deal holds; the others are kept and change nothing.",
        keys=("organization_id", "asset_id", "table_name", "term_date", "source"),
        rules=(
            in_set(
                "terms_are_of_held_assets",
                "is_held",
                [True],
                "no deal holds the asset that a row of terms names, so that nothing follows from it",
                severity="info",
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
            not_in_set(
                "every_floater_has_an_index", "index_of_floater", ["none"], "a floating-rate asset must name its index"
            ),
            in_set(
                "coupon_types_are_known",
                "coupon_kind",
                ["FLOAT", "FIXED"],
                "a coupon floats or is fixed; another type escapes every spread test",
            ),
            greater(
                "assets_mature_after_issue", "maturity", "issue_date", "an asset cannot mature before it is issued"
            ),
            in_set(
                "moodys_ratings_are_in_scale", "moodys_rating", MOODYS, "Moody's ratings are grades of its scale, or NR"
            ),
            in_set(
                "moodys_warf_ratings_are_in_scale",
                "moodys_rating_warf",
                MOODYS,
                "Moody's ratings are grades of its scale, or NR",
            ),
            in_set("sp_ratings_are_in_scale", "sp_facility_rating", SP, "S&P ratings are grades of its scale, or NR"),
            between(
                "no_asset_dominates_a_pool",
                "share_of_par",
                "one asset above 10 % of a pool is a slip of the decimal point or a wind-down",
                at_most=0.10,
            ),
        ),
    ),
)
