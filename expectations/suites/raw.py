"""What must be true of raw tables: the readers' own promises, and what a plausible tape looks like."""

from __future__ import annotations

from expectations.rules import Suite, between, greater, in_set, not_null

RAW = (
    Suite(
        name="loads_are_dated",
        stage="raw",
        relation="raw.loads",
        description="A loaded file has a place in time and in a feed.",
        scope="run",
        keys=("load_id", "file_name"),
        query="select * from raw.loads where status = 'loaded'",
        rules=(
            not_null(
                "loads_have_as_of",
                "as_of",
                "a load without a business date has no place in its feed's history",
                severity="critical",
            ),
            not_null("loads_have_known_at", "known_at", "a load must say since when it is known", severity="critical"),
            greater(
                "known_at_is_not_after_loaded_at",
                "loaded_at",
                "known_at",
                "nothing is known before it arrived and nothing after",
                or_equal=True,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="asset_tape_is_plausible",
        stage="raw",
        relation="raw.clo_assets",
        description="Figures of the asset tape lie where such figures lie.",
        keys=("_load_id", "asset_id", "_sheet", "_row"),
        rules=(
            not_null("assets_have_an_id", "asset_id", "the reader stages no row without an id", severity="critical"),
            not_null(
                "assets_have_a_maturity", "maturity", "the reader stages no row without a maturity", severity="critical"
            ),
            between(
                "prices_are_per_100",
                "market_value",
                "a price per 100 of par lies between 1 and 150; another scale or 0 is suspect",
                at_least=1,
                at_most=150,
            ),
            between(
                "spreads_are_fractions",
                "coupon_spread",
                "a spread is a fraction below 25 %",
                at_least=-0.01,
                at_most=0.25,
            ),
            between("coupons_are_fractions", "coupon", "a coupon is a fraction below 30 %", at_least=0, at_most=0.30),
            between(
                "recovery_rates_are_shares",
                "moodys_recovery_rate",
                "a recovery rate lies between 0 and 1",
                at_least=0,
                at_most=1,
            ),
            in_set(
                "payment_frequencies_are_known",
                "payment_frequency",
                [1, 2, 4, 6, 12],
                "interest is paid 1, 2, 4, 6 or 12 times a year",
            ),
        ),
    ),
    Suite(
        name="fx_rates_are_rates",
        stage="raw",
        relation="raw.fx_rates",
        description="Every stated FX rate is a positive number of one currency per another.",
        scope="run",
        keys=("base_currency", "quote_currency", "rate_date", "_row"),
        query="select base_currency, quote_currency, rate_date, _row, rate::double as rate from raw.fx_rates "
        "where coalesce(row_action, 'upsert') <> 'delete'",
        rules=(
            between(
                "fx_rates_are_positive",
                "rate",
                "units of quote per 1 base, above 0",
                at_least=0,
                strictly=True,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="index_rates_are_fractions",
        stage="raw",
        relation="raw.index_rates",
        description="Every fixing lies between -5 % and 30 %.",
        scope="run",
        keys=("index_id", "tenor", "rate_date", "_row"),
        query="select index_id, tenor, rate_date, _row, rate::double as rate from raw.index_rates "
        "where coalesce(row_action, 'upsert') <> 'delete'",
        rules=(
            between(
                "index_rates_are_plausible",
                "rate",
                "a file of something else (prices, percents as fractions) was misread",
                at_least=-0.05,
                at_most=0.30,
                severity="critical",
            ),
        ),
    ),
)
