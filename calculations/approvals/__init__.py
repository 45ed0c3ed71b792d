"""Approvals of anything that needs one: one log, one policy, one transition function. What an approved subject then does is not here."""
