"""Alerts: what is wrong becomes a message to whoever is to know, once, and again when it is over.

``facts`` finds what is wrong, ``deciding`` (pure) what that opens, ends and has to be told, ``watching`` writes it
down, ``delivering`` sends what was written. Whoever watches takes turns through the database: every worker, and
``manage.py send_alerts --loop``. Beat does not, because its silence is one of the things to be told.
"""
