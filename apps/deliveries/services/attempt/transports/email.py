"""By mail, to the deployment's own relay."""

from apps.core.mail import start

__all__ = ["start"]
