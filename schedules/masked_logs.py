"""Log lines without secrets: those of the settings, passwords in addresses, keys given out, wherever they stand."""

import logging

from schedules.masking import mask


class MaskedFormatter(logging.Formatter):
    """Masks the finished line: its message, its arguments and its traceback, whoever wrote them."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class MaskedLikeBefore(logging.Formatter):
    """Masks what another formatter has made of a record."""

    def __init__(self, before: logging.Formatter) -> None:
        super().__init__()
        self._before = before

    def format(self, record: logging.LogRecord) -> str:
        return mask(self._before.format(record))


def mask_lines_of(*names: str) -> None:
    """Mask what the present handlers of these loggers write; for servers that set up their own. Twice is once."""
    for handler in (handler for name in names for handler in logging.getLogger(name).handlers):
        if not isinstance(handler.formatter, MaskedLikeBefore):
            handler.setFormatter(MaskedLikeBefore(handler.formatter or logging.Formatter()))
