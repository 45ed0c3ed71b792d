"""Later closings of private funds: each newcomer as if it had joined at first close. New calls are not here."""
