"""What holds for every test."""

import os

# A node would begin to compose its model's graphs, which takes minutes; tests of that ask for it.
os.environ["EARSHOT_RECOGNITION__GRAPH"] = "shipped"
