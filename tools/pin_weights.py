"""Print, or with --write put into place, the SHA-256 of every shipped weight file.

python -m tools.pin_weights --write
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path

ENCODERS = Path(__file__).resolve().parent.parent / "deepsearch" / "encoders"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="rewrite PINNED in weights.py")
    given = parser.parse_args()
    files = sorted(path for path in (ENCODERS / "weights").iterdir() if path.is_file())
    lines = [
        f'    "{path.name}": "{hashlib.sha256(path.read_bytes()).hexdigest()}",' for path in files
    ]
    print("\n".join(lines))
    print(f"{sum(path.stat().st_size for path in files) / 1e6:.1f} MB in all")
    if given.write:
        module = ENCODERS / "weights.py"
        pattern = r"(PINNED: Mapping\[str, str\] = \{\n).*?(\n?\})"
        filled = "\n".join(lines)
        text = re.sub(
            pattern,
            lambda match: f"{match[1]}{filled}\n}}",
            module.read_text(encoding="utf-8"),
            count=1,
            flags=re.DOTALL,
        )
        module.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
