"""The RedBeat adapter: what beat runs, and the mirror of the schedules that it reads."""
