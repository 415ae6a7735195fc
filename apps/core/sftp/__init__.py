"""Files to SFTP servers: behind the same address guard as `core.http`, to a server known by its key, within one time.

`upload` puts a file there; `look` tries all that it needs and leaves nothing behind. What goes wrong is a value.
"""

from apps.core.sftp.looking import Look, look
from apps.core.sftp.target import PEM, PORT, Target, check_url, is_fingerprint
from apps.core.sftp.uploading import DEADLINE_S, upload

__all__ = ["DEADLINE_S", "PEM", "PORT", "Look", "Target", "check_url", "is_fingerprint", "look", "upload"]
