"""Generated examples take the time they take: a machine that others use too is no reason to fail."""

from hypothesis import HealthCheck, settings

# 40 of each: there are a hundred such tests, and tests/unit/decode/fuzz.py makes as many as anybody wants.
settings.register_profile("patient", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
