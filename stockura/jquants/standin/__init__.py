"""A server that speaks J-Quants API V2 on this machine, for work without a key and for tests with real HTTP.

    python -m stockura.jquants.standin --port 8790

It answers ``/v2/equities/master`` and ``/v2/markets/calendar`` as documented: key check, both date formats,
the next business day's list for a closed day, pages, the plan's rate limit and window. Faults come on request.
It carries a short list of well-known issues of its own, and serves any file of the V2 shape instead.
"""
