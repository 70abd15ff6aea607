"""The worker's side: each occurrence is taken once, and what became of it is recorded.

``wiring`` puts this around every task of a worker; ``events`` takes in what beat tells; ``sweeping`` looks after runs
whose worker is gone.
"""
