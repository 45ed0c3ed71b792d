"""What must be true of raw tables: the readers' own promises, and what a plausible tape looks like."""

from __future__ import annotations

from expectations.rules import Rule, Suite

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
            Rule(
                "loads_have_as_of",
                "a load without a business date has no place in its feed's history",
                "ExpectColumnValuesToNotBeNull",
                {"column": "as_of"},
                "critical",
            ),
            Rule(
                "loads_have_known_at",
                "a load must say since when it is known",
                "ExpectColumnValuesToNotBeNull",
                {"column": "known_at"},
                "critical",
            ),
            Rule(
                "known_at_is_not_after_loaded_at",
                "nothing is known before it arrived and nothing after",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "loaded_at", "column_B": "known_at", "or_equal": True},
                "critical",
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
            Rule(
                "assets_have_an_id",
                "the reader stages no row without an id",
                "ExpectColumnValuesToNotBeNull",
                {"column": "asset_id"},
                "critical",
            ),
            Rule(
                "assets_have_a_maturity",
                "the reader stages no row without a maturity",
                "ExpectColumnValuesToNotBeNull",
                {"column": "maturity"},
                "critical",
            ),
            Rule(
                "prices_are_per_100",
                "a price per 100 of par lies between 1 and 150; another scale or 0 is suspect",
                "ExpectColumnValuesToBeBetween",
                {"column": "market_value", "min_value": 1, "max_value": 150},
            ),
            Rule(
                "spreads_are_fractions",
                "a spread is a fraction below 25 %",
                "ExpectColumnValuesToBeBetween",
                {"column": "coupon_spread", "min_value": -0.01, "max_value": 0.25},
            ),
            Rule(
                "coupons_are_fractions",
                "a coupon is a fraction below 30 %",
                "ExpectColumnValuesToBeBetween",
                {"column": "coupon", "min_value": 0, "max_value": 0.30},
            ),
            Rule(
                "recovery_rates_are_shares",
                "a recovery rate lies between 0 and 1",
                "ExpectColumnValuesToBeBetween",
                {"column": "moodys_recovery_rate", "min_value": 0, "max_value": 1},
            ),
            Rule(
                "payment_frequencies_are_known",
                "interest is paid 1, 2, 4, 6 or 12 times a year",
                "ExpectColumnValuesToBeInSet",
                {"column": "payment_frequency", "value_set": [1, 2, 4, 6, 12]},
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
            Rule(
                "fx_rates_are_positive",
                "units of quote per 1 base, above 0",
                "ExpectColumnValuesToBeBetween",
                {"column": "rate", "min_value": 0, "strict_min": True},
                "critical",
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
            Rule(
                "index_rates_are_plausible",
                "a file of something else (prices, percents as fractions) was misread",
                "ExpectColumnValuesToBeBetween",
                {"column": "rate", "min_value": -0.05, "max_value": 0.30},
                "critical",
            ),
        ),
    ),
)
