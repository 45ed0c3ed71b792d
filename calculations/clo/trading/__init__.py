"""Trading for a CLO: filters, trades, objective, rankings, hypothetical runs, rebalancing and optimisation."""
