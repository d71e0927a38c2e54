"""Importing the library is light: what is heavy comes with what needs it."""

import json
import subprocess
import sys

import deepsearch

PROBE = """
import json, sys
before = set(sys.modules)
import deepsearch
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps(sorted(new - set(sys.stdlib_module_names))))
"""


def test_import_loads_nothing_but_itself() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["deepsearch"]


def test_every_public_name_resolves() -> None:
    for name in deepsearch.__all__:
        assert getattr(deepsearch, name) is not None


def test_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(deepsearch, "no_such_name")
