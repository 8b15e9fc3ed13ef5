"""How log lines look: JSON for a collector, plain text for a person; structlog and the standard library alike."""

import logging
from typing import Any

import structlog

# What every line gets, whoever wrote it: request id and user (bound by django-structlog), level, logger, moment in UTC.
_SHARED: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure() -> None:
    """Send structlog's own loggers through the standard library, so that there is one way out."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED[:3],
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_SHARED[4:],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _formatter(*last: Any) -> logging.Formatter:
    configure()
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def json_formatter() -> logging.Formatter:
    """One JSON object a line; a traceback is one field of it."""
    return _formatter(
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    )


def plain_formatter() -> logging.Formatter:
    """One line a person reads, with its traceback below."""
    return _formatter(structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback))


class WithoutProbes(logging.Filter):
    """Drops the lines about /healthz and /readyz, which are asked for every few seconds."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.msg if isinstance(record.msg, dict) else vars(record)
        request = said.get("request", "")
        path = getattr(request, "path", None) or str(request).partition(" ")[2]
        return path not in ("/healthz", "/readyz")
