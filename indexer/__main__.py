"""`python -m indexer`: the building commands alone; Ctrl-C is answered while they are still being loaded."""

from __future__ import annotations

import sys

try:
    # Late: half a second in which Ctrl-C must not end in a traceback.
    from indexer.commands import main
except KeyboardInterrupt:
    sys.stderr.write("Interrupted.\n")
    sys.exit(130)

main()
