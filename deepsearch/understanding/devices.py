"""Devices by name, and what is made for them: "iPhone 15 case" fits one, and is none."""

from __future__ import annotations

from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.scan import Scan

__all__ = ["accessory_at"]

# Names of devices themselves, not of firms that make cases too.
_DEVICES = frozenset(
    {"iphone", "iphones", "ipad", "ipads", "macbook", "airpods", "galaxy", "redmi"}
)
_ACCESSORIES = word_set("code", "accessories")


def accessory_at(scan: Scan, device: Match, end: int) -> int:
    """Where what fits a device is named: "iPhone 15 | case".

    Args:
        scan: The text.
        device: A brand's or device's name.
        end: The token after its model.

    Returns:
        The token; 0 if nothing that fits a device is named behind it.
    """
    if scan.tokens.words[device.first] not in _DEVICES:
        return 0
    for at in range(device.last, min(len(scan.tokens), end + 1)):
        if scan.tokens.words[at] in _ACCESSORIES:
            return at
    return 0
