"""Runs npm in web/client with whatever Node the build hook would use."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from hatch_build import npm

npm(Path(__file__).parents[1] / "web" / "client", *sys.argv[1:])
