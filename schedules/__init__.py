"""When work runs: schedules in the database, their mirror in RedBeat, the ledger of runs. Knows no project."""
