"""Log lines without secrets: those of the settings, and passwords in addresses, wherever in the line they stand."""

import logging

from schedules.masking import mask


class MaskedFormatter(logging.Formatter):
    """Masks the finished line: its message, its arguments and its traceback, whoever wrote them."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))
