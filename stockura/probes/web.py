"""`python -m stockura.probes.web`: do the pages answer, and do they say that they are well?"""

import os
import sys
import urllib.error
import urllib.request

#: Seconds.
TIMEOUT = 5.0


def problem_with(url: str) -> str:
    """Return what is wrong with the web server's own account at ``url``; empty when it is well."""
    # As the proxy in front says it: with SECURE_SSL_REDIRECT a plain request would be sent away to https.
    request = urllib.request.Request(url, headers={"X-Forwarded-Proto": "https"})
    try:
        urllib.request.urlopen(request, timeout=TIMEOUT).close()
    except urllib.error.HTTPError as error:
        error.close()
        return f"{url} answers with status {error.code}."
    except OSError as error:
        return f"{url} does not answer: {error}."
    return ""


def main() -> int:
    port = os.environ.get("WEB_PORT") or "8000"
    if problem := problem_with(f"http://127.0.0.1:{port}/healthz"):
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
