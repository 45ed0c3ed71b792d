"""Domain events: what kinds there are and which change makes which, and the state of an aggregate rebuilt from its events."""
