"""``python -m gallop``: the command line; ``--cmake-prefix`` alone prints the CMake prefix."""

import sys


def main() -> int:
    if sys.argv[1:] == ["--cmake-prefix"]:
        from gallop._runtime import cmake_prefix

        print(cmake_prefix())
        return 0
    from gallop.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
