"""How often a method is right, over many made-up data sets: python -m benchmarks.studies TOPIC.

Each module has a ``study() -> dict`` of plain values. What it found lies in
``benchmarks/results/studies/<topic>.json``.
"""
