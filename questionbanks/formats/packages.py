"""IMS content packages: zip files with an imsmanifest.xml and the XML files that it lists."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from examsite.lib.files.archives import Archive
from examsite.lib.files.sniff import Probe

from .base import Unreadable
from .xml_reader import attribute, descendants, name_of, read_xml

_XML = (".xml", ".qti")
_ROOTS = (
    ("qti3", re.compile(rb"<(?:\w+:)?qti-assessment-(?:item|test|section|stimulus)\b|imsqti\w*_xmlv3p")),
    ("blackboard", re.compile(rb"<POOL\b|blackboard\.com/content-packaging|x-bb-qti|<bbmd_")),
    ("qti21", re.compile(rb"<(?:\w+:)?assessment(?:Item|Test|Section)\b|imsqti_\w*xmlv2p")),
    ("qti12", re.compile(rb"<(?:\w+:)?questestinterop\b|imsqti_\w*xmlv1p")),
)


def content_kind(head: bytes) -> str:
    """What the beginning of an XML file or a manifest shows: qti12, qti21, qti3, blackboard or ""."""
    return next((kind for kind, pattern in _ROOTS if pattern.search(head)), "")


def package_kind(probe: Probe) -> str:
    """What a file holds, alone or zipped: see `content_kind`."""
    if probe.container == "text":
        return content_kind(probe.data[:20_000]) if probe.head.startswith("<") else ""
    if probe.container != "zip" or "[Content_Types].xml" in probe.members:
        return ""
    if any(posixpath.basename(name) == ".bb-package-info" for name in probe.members):
        return "blackboard"
    archive = Archive(probe.data)
    manifest = manifest_name(archive)
    if manifest and (kind := content_kind(archive.read(manifest))):
        return kind
    names = [name for name in archive.names if name.lower().endswith((*_XML, ".dat"))]
    return next((kind for name in names[:200] if (kind := content_kind(archive.read(name)[:20_000]))), "")


def manifest_name(archive: Archive) -> str:
    """The manifest nearest to the top, "" where there is none."""
    names = [name for name in archive.names if posixpath.basename(name).lower() == "imsmanifest.xml"]
    return min(names, key=lambda name: name.count("/"), default="")


class Package:
    """The XML files of a package, in the order of its manifest and then of the archive.

    Every XML file is looked at once for declarations that refuse the whole package; one that is not
    well-formed otherwise is listed in `damaged`.
    """

    def __init__(self, data: bytes) -> None:
        self.archive = Archive(data)
        self.damaged: dict[str, Unreadable] = {}
        roots: dict[str, Element] = {}
        for name in self.archive.names:
            if name.lower().endswith(_XML):
                try:
                    roots[name] = read_xml(self.archive.read(name))
                except Unreadable as error:
                    if error.code != "damaged_xml":
                        raise
                    self.damaged[name] = error
        manifest = manifest_name(self.archive)
        self.manifest = roots.get(manifest)
        self._base = posixpath.dirname(manifest)
        listed = [name for name in self._listed() if name in roots]
        self.roots = {name: roots[name] for name in dict.fromkeys([*listed, *roots])}

    def _listed(self) -> list[str]:
        if self.manifest is None:
            return []
        found = []
        for resource in descendants(self.manifest, "resource"):
            hrefs = [
                attribute(resource, "href"),
                *(attribute(one, "href") for one in descendants(resource, "file")),
            ]
            found += [self.resolve(self._base, href) for href in hrefs if href]
        return found

    def listed_items(self) -> list[str]:
        """The files that the manifest declares as items, whether they are there or not."""
        if self.manifest is None:
            return []
        resources = descendants(self.manifest, "resource")
        items = (one for one in resources if re.match(r"imsqti_item_", attribute(one, "type")))
        return [self.resolve(self._base, attribute(one, "href")) for one in items if attribute(one, "href")]

    @staticmethod
    def resolve(folder: str, href: str) -> str:
        """The name in the archive that a reference from a file in `folder` means."""
        path = unquote(href.split("#")[0].split("?")[0]).replace("\\", "/")
        return posixpath.normpath(posixpath.join(folder, path)).removeprefix("/")

    def folder(self, name: str) -> str:
        return posixpath.dirname(name)

    def roots_named(self, *names: str) -> list[tuple[str, Element]]:
        """File and root of every XML file whose root element has one of these names."""
        return [(file, root) for file, root in self.roots.items() if name_of(root) in names]
