"""`python -m zhangye_wages.launcher.probe /healthz`: 0 where this container's web process answers well, else 1."""

import os
import sys
import urllib.request


def main(path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}{path}", timeout=5) as reply:
            return 0 if reply.status == 200 else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
