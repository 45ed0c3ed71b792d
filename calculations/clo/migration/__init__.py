"""Ratings that migrate and what becomes of pools and deals: matrices, correlations, paths, balances, statistics, cash flows.

The public names only; each is explained where it is defined. How to use them is in the README beside.
"""
