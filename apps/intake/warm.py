"""What a web process reads before it takes its first request, so that the first lead waits no longer than the next."""

import logging

from django.db import DatabaseError, connection
from django.urls import get_resolver

from apps.core import places
from apps.publishing import specs
from apps.publishing.models import Publication

logger = logging.getLogger(__name__)

CAMPAIGNS = 50
"""How many running campaigns are read beforehand, the latest published first."""


def warm() -> None:
    """Load the addresses, the tables of zips and countries, and the running versions. Without a database, go on."""
    _ = get_resolver().url_patterns
    _ = get_resolver("apps.intake.urls").url_patterns
    places.place("10001")
    places.country("8.8.8.8")
    try:
        for version_id in Publication.objects.order_by("-updated_at").values_list("version_id", flat=True)[
            :CAMPAIGNS
        ]:
            specs.load(version_id)
    except DatabaseError:
        logger.warning("The database does not answer yet; running versions are read when they are needed.")
    finally:
        connection.close()
