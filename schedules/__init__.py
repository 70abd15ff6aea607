"""When work runs: schedules, their mirror in RedBeat, the ledger of runs. Knows no project."""
