"""``python -m etl``."""

from etl.cli import main

if __name__ == "__main__":  # the processes that write the files of a release import this module
    main()
