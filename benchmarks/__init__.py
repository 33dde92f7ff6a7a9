"""How fast it is, as ratios: each measure times our side and its limit in the same run, on the same machine.

A ratio says the same on a laptop and on a server; a number of records a second does not. Run with
`python3 dev.py bench [P1 P6 …]`; results are printed and written to `benchmarks/results/`.
"""
