"""The scheduler that `celery beat` runs."""

from redbeat import RedBeatScheduler


class StockuraScheduler(RedBeatScheduler):
    """RedBeat's scheduler, electing one leader among any number of beats through RedBeat's lock."""
