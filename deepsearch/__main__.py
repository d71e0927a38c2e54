"""`python -m deepsearch` is the command line."""

from deepsearch.cli import main

if __name__ == "__main__":
    main()
