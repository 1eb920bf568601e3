"""The command ``ecozone``."""

import gc
import sys


def main() -> None:
    """Run the command line and leave with its exit status; Ctrl-C is 130 from the first import on."""
    # What is imported stays to the end: to look for garbage among it is a third of a short command's time.
    gc.set_threshold(500_000)
    try:
        from ecozone.cli import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        from ecozone.text import asked_language, say

        sys.stderr.write(say("cli.interrupted", asked_language(sys.argv[1:])) + "\n")
        status = 130
    # Python looks for garbage several times more while it ends.
    gc.freeze()
    sys.exit(status)


if __name__ == "__main__":
    main()
