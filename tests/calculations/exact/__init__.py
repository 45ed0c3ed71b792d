"""Tests of exact arithmetic, and the plain readings that other tests compare shares with."""
