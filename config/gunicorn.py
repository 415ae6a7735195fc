"""How gunicorn serves: `gunicorn config.wsgi --config config/gunicorn.py`. Values come from the environment."""

import os

# A supervisor that holds the listening socket itself hands it down as fd://N.
bind = os.environ.get("WEB_BIND") or f"0.0.0.0:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))

# A request has 20 s; a restart lets it finish.
timeout = 60
graceful_timeout = 30
keepalive = 30

max_requests = 20_000
max_requests_jitter = 2_000

# A worker's sign of life must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108

# The application writes its own entries, without query strings and bodies.
accesslog = None
errorlog = "-"

# Its place is one per user: two clones would fight over it.
control_socket_disable = True
