"""Transfers of commitments between investors: what moves, and by which rules. Payments between the two are not here."""
