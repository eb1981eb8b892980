"""The server's settings, with a data directory of the tests' own and cheap password hashes."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_data = tempfile.mkdtemp(prefix="vestibule-test-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
os.environ |= {
    "SIGNIN_DATA_DIR": _data,
    "SIGNIN_PASSWORD_COST": "minimal",
    "SIGNIN_PORT": "8000",
    "SIGNIN_SCENARIO": "demo",
}

from signin.settings import *  # noqa: E402, F403

STATIC_ROOT = Path(_data) / "static"
# A file, as a server has it: threads of one test meet in it as requests do.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_data) / "test.sqlite3")}  # noqa: F405
