"""Capital activity of a fund: calls, payments, defaults, distributions, commitments. Waterfalls and fees are not here."""
