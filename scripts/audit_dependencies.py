"""Do the installed packages have known vulnerabilities? `make lint` asks; pip-audit finds out.

Options are handed on to pip-audit. Exit status 1 when something is known. A machine that cannot reach the service is
told so and goes on: being offline is no fault of the code.
"""

import json
import subprocess
import sys
from typing import Any

#: Seconds for all packages together, and for one answer.
LONGEST, ONE_ANSWER = 180, 10
LONGEST_DESCRIPTION = 160


def main(options: list[str]) -> int:
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--timeout", str(ONE_ANSWER), *options]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return _not_asked(f"no answer within {LONGEST} s")
    try:
        dependencies = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        lines = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
        return _not_asked(lines[-1] if lines else f"pip-audit ended with status {ended.returncode}")
    vulnerable = [found for found in dependencies if found.get("vulns")]
    for found in vulnerable:
        _tell(found)
    if vulnerable:
        print(f"{len(vulnerable)} of {len(dependencies)} packages have known vulnerabilities. Raise their versions.")
        return 1
    print(f"No known vulnerability in {len(dependencies)} packages.")
    return 0


def _not_asked(why: str) -> int:
    print(f"Known vulnerabilities could not be asked for: {why[:300]}", file=sys.stderr)
    return 0


def _tell(found: dict[str, Any]) -> None:
    for vulnerability in found["vulns"]:
        mended = ", ".join(vulnerability.get("fix_versions") or []) or "no version yet"
        about = " ".join((vulnerability.get("description") or "").split())[:LONGEST_DESCRIPTION]
        print(f"{found['name']} {found['version']}: {vulnerability['id']}, mended in {mended}. {about}".rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
