"""Engine tests need no database and no clock: properties are tried without a deadline, machines being noisy."""

from hypothesis import settings

settings.register_profile("engine", deadline=None)
settings.load_profile("engine")
