"""Reads the outside world into typed frames with provenance; knows neither the warehouse nor the orchestrator."""
