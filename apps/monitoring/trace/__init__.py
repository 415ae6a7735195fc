"""One lead's story, from request to sale, as plain values for its page."""

from apps.monitoring.trace.story import Trace, trace

__all__ = ["Trace", "trace"]
