"""Run a script as `python` does and print its peak memory in MB last: `python -m bench.support.peak SCRIPT …`.

As where requirements.txt alone is installed: redis-py would load all of OpenTelemetry's SDK, which the tests bring.
"""

import resource
import runpy
import sys

if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    sys.modules["opentelemetry"] = None  # type: ignore[assignment]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        # Kilobytes on Linux.
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
