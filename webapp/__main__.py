"""The command `loccit`, also `python -m webapp`; Ctrl-C is answered while the rest is still being loaded."""

from __future__ import annotations

import sys


def start() -> None:
    """Load the command line and run it."""
    try:
        # Late: half a second in which Ctrl-C must not end in a traceback.
        from webapp.cli import main
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)
    main()


if __name__ == "__main__":
    start()
