"""Run first in the frozen program: the environment as it was before PyInstaller's loader, for what the program starts.

The loader puts the program's own libraries first in LD_LIBRARY_PATH; a browser or a file manager that we open would load
them instead of the system's and fail. Our own children set it again, as each begins with a loader.
"""

import os

if "LD_LIBRARY_PATH_ORIG" in os.environ:
    os.environ["LD_LIBRARY_PATH"] = os.environ.pop("LD_LIBRARY_PATH_ORIG")
else:
    os.environ.pop("LD_LIBRARY_PATH", None)
