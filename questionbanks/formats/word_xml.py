"""Word XML by local names: the namespaces of old and new Word differ, the names do not."""

from __future__ import annotations

from xml.etree.ElementTree import Element  # the type only: parsing is defusedxml's


def local(element: Element) -> str:
    """The name of an element without its namespace: old and new Word differ only there."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element | None, name: str, default: str = "") -> str:
    """An attribute by its local name."""
    if element is None:
        return default
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), default)


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in element if local(one) == name), None)
    return element
