"""The compiled loops work where nothing can be kept on disk."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import geo


def test_without_a_folder_to_keep_them_in_the_loops_are_compiled_anew(tmp_path: Path) -> None:
    shutil.copytree(Path(geo.__file__).parent, tmp_path / "geo", ignore=shutil.ignore_patterns("__pycache__"))
    # A file stands where numba would make its folder, beside the code and in the home directory alike.
    (tmp_path / "geo" / "__pycache__").touch()
    (tmp_path / "home").touch()
    home = str(tmp_path / "home")
    code = (
        "import numpy as np; from geo.search.snap_kernels import count_cells; counts = np.zeros(2, np.int64);"
        "column = np.array([0, 1], np.int32);"
        "count_cells(column, column * 0, np.array([0, 2]), np.array([0], np.int32), 2, counts); print(counts.tolist())"
    )
    environment = {**os.environ, "HOME": home, "XDG_CACHE_HOME": home, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("NUMBA_CACHE_DIR", None)
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("[1, 1]\n", "")
