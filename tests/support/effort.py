"""How hard a test searches: every day a little, and on request until the search is exhausted."""

import os

#: Set STOCKURA_FULL_WALK=1, as `make test-long` does, for walks over everything and searches among many more examples.
IS_LONG = bool(os.environ.get("STOCKURA_FULL_WALK"))
