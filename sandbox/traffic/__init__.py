"""Believable traffic, made up: pure functions of a seed and the days wanted.

The same seed gives the same visitors, customers and records, however many days are asked for: what a later run adds
continues what an earlier one sent, and what both send is the same to the last byte.
"""
