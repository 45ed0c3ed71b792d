"""What must be true of performance fees owed for good, their equalisation, income equalised, and daily dividends. Source: nav 3."""

from __future__ import annotations

from expectations.rules import Suite, between, in_set

EQUALISATION = (
    Suite(
        name="equalisation_credits_are_kept",
        stage="marts",
        relation="marts.fact_equalisation",
        description="Every credit is returned, lost with the fee it stood behind, or still there.",
        keys=("organization_id", "order_id", "credit_amount", "credit_returned_amount", "reason"),
        query="""
            select *,
                credit_amount - credit_returned_amount - credit_lapsed_amount - credit_open_amount as gap,
                credit_amount - credit_returned_amount as not_returned,
                price_paid - nav_per_share - credit_per_share as price_gap
            from marts.fact_equalisation where kind is not null
        """,
        rules=(
            between(
                "credit_is_returned_lapsed_or_open",
                "gap",
                "a credit is returned, lapses or stays open, to the rounding of its parts",
                at_least=-1e-9,
                at_most=1e-9,
                severity="critical",
            ),
            between(
                "no_more_than_the_credit_is_returned",
                "not_returned",
                "what is given back never exceeds the credit",
                at_least=-1e-9,
                severity="critical",
            ),
            between(
                "price_is_nav_and_credit",
                "price_gap",
                "a subscriber pays the NAV and his credit",
                at_least=-1e-9,
                at_most=1e-9,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="lots_are_equalised",
        stage="marts",
        relation="marts.fact_equalisation_events",
        description="Shares that orders moved to equalise a lot are those that its credit buys or its contingent fee takes.",
        keys=("organization_id", "order_id", "event_date", "shares_issued", "shares_given_up"),
        query="""
            select e.*,
                e.shares_issued - e.shares_issued_stated as issued_gap,
                e.shares_given_up - e.shares_given_up_stated as given_up_gap
            from marts.fact_equalisation_events as e where e.shares_issued_stated is not null
        """,
        rules=tuple(
            between(name, column, meaning, at_least=-0.0011, at_most=0.0011)
            for name, column, meaning in (
                ("stated_issue_is_the_credit", "issued_gap", "shares issued are the credit's, to their third decimal"),
                ("stated_take_is_the_fee", "given_up_gap", "shares given up are the fee's, to their third decimal"),
            )
        ),
    ),
    Suite(
        name="fees_owed_were_accrued",
        stage="marts",
        relation="marts.fact_fee_crystallisations",
        description="A fee owed for good is the one that the strike accrued, and the mark that is stated after it is its NAV.",
        keys=("organization_id", "share_class_id", "event_date", "event_kind", "reason"),
        query="""
            select *,
                crystallised_fee_amount - accrued_fee_amount as fee_gap,
                high_water_mark_after - high_water_mark_stated as mark_gap,
                crystallised_fee_amount is not null as is_known
            from marts.fact_fee_crystallisations
        """,
        rules=(
            in_set("fee_owed_is_known", "is_known", [True], "a fee that became due is known"),
            between(
                "fee_owed_was_accrued",
                "fee_gap",
                "what is owed at a period end is what its strike accrued",
                at_least=-1e-9,
                at_most=1e-9,
                severity="critical",
            ),
            between(
                "stated_mark_is_the_nav",
                "mark_gap",
                "the mark stated with a period end is the NAV that its fee left, to four decimals",
                at_least=-0.00010001,
                at_most=0.00010001,
            ),
        ),
    ),
    Suite(
        name="income_bought_is_capital",
        stage="marts",
        relation="marts.fact_income_equalisation",
        description="A first distribution is capital up to the income bought, and income beyond it.",
        keys=("organization_id", "order_id", "income_bought_amount", "capital_amount"),
        query="""
            select *, distribution_amount - capital_amount - income_amount as gap,
                income_bought_amount - capital_amount as kept
            from marts.fact_income_equalisation where capital_amount is not null
        """,
        rules=(
            between(
                "distribution_is_capital_and_income",
                "gap",
                "its parts add up",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            between("no_more_capital_than_bought", "kept", "no more than was bought is given back", at_least=0),
        ),
    ),
    Suite(
        name="dividends_are_all_the_income",
        stage="marts",
        relation="marts.fact_daily_dividends",
        description="Dividends and residue are the income of a class, and the dividend declared is the one it comes to.",
        keys=("organization_id", "share_class_id", "event_date", "dividend_per_share", "dividend_per_share_stated"),
        query="""
            select *,
                carried_in_amount + net_income - dividend_amount - carried_forward_amount as gap,
                abs(dividend_per_share - dividend_per_share_stated) as stated_gap
            from marts.fact_daily_dividends where dividend_per_share is not null
        """,
        rules=(
            between(
                "income_is_declared_or_carried",
                "gap",
                "what came in is declared or carried into the next day",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            between(
                "declared_dividend_is_the_income",
                "stated_gap",
                "the dividend declared is the income's, to two hundred-millionths a share",
                at_most=2e-8,
            ),
        ),
    ),
)
