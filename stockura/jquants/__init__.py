"""J-Quants API V2: a thin client (``client``), and a stand-in server for work without a key (``standin``).

Knows nothing of Django's models: it fetches and reads lists; ``stockura.companies`` decides what they change.
"""
