"""What must be true at each stop: suites as plain data, and the one runner; knows neither the warehouse nor the orchestrator."""
