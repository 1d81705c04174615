"""What holds for every test."""

import os

from hypothesis import settings

# A node would begin to compose its model's graphs, which takes minutes; tests of that ask for it.
os.environ["EARSHOT_RECOGNITION__GRAPH"] = "shipped"

# How long an example takes says nothing on a machine that plays calls beside it; the suite has its own time limits.
settings.register_profile("earshot", deadline=None)
settings.load_profile("earshot")
