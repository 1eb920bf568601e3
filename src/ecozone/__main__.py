"""The command ``ecozone``."""

import gc
import sys

#: So many objects are there when a short command has done its work, nearly all of them imported to stay.
_SHORT, _LONG = 500_000, 50_000


def main() -> None:
    """Run the command line and leave with its exit status; Ctrl-C is 130 from the first import on."""
    # To look for garbage among what is imported is a quarter of a short command's time.
    gc.set_threshold(_SHORT)
    gc.callbacks.append(_longer)
    try:
        from ecozone.cli import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        from ecozone.text import asked_language, say

        sys.stderr.write(say("cli.interrupted", asked_language(sys.argv[1:])) + "\n")
        status = 130
    # Python looks for it several times more while it ends.
    gc.freeze()
    sys.exit(status)


def _longer(phase: str, _: dict[str, int]) -> None:
    """After the first search for garbage a command is a long one, and looks for it more often."""
    if phase == "stop":
        gc.callbacks.remove(_longer)
        gc.set_threshold(_LONG)


if __name__ == "__main__":
    main()
