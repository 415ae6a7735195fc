"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

import os

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from kombu.transport.redis import Channel

from config.logs import configure_logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

# A worker that loses Redis would hand open messages back over the connection that is gone, and end of it. They only say
# that there is work, and beat says so again.
Channel.do_restore = False

app = Celery("sluice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logs(**_kwargs: object) -> None:
    """Celery would replace the logging set up by the settings; a receiver here makes it leave that alone."""
    configure_logs(level=settings.LOG_LEVEL, form=settings.LOG_FORMAT)
