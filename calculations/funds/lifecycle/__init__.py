"""Statuses of allocations, calls, notices, distributions, transfers and fees, and what follows from them. Amounts to call are not here."""
