"""The top floor: settings, urls, wsgi, Celery and its beat. `config.embedded` starts servers for development."""
