"""Where that lies which a request names: what people bring to the page stands under fixed names in a private folder.

A request is what the command line would be told: a workspace beside the files of the sites, by the names that their
owners gave them. Where all this lies decides no number, and no result, manifest or archive says it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from ecozone.intake import Database
from ecozone.workspace import Workspace

#: What the folder of all that a workspace names is called in a manifest.
STAGED_WORKSPACE = "workspace"


@dataclass(frozen=True)
class Stage:
    """Where the workspace and the sites of a request lie.

    Parameters
    ----------
    workspace : Workspace
        Opened already.
    sites : mapping of str to Path
        By what the request calls it, a site file; what belongs to it stands beside it under its stem.
    """

    workspace: Workspace
    sites: Mapping[str, Path] = field(default_factory=dict)

    def files(self, names: tuple[str, ...]) -> list[Path | Database]:
        """Return the site files that a request names."""
        return [self.sites[name] for name in names]

    @cached_property
    def called(self) -> Mapping[Path, str]:
        """What each site file is called."""
        return {path: name for name, path in self.sites.items()}

    @property
    def name(self) -> str:
        """What a request calls the workspace."""
        return self.said(self.workspace.folder)

    def said(self, path: Path) -> str:
        """Return what a manifest calls a file: a site file by its owner's name, a file of the workspace below it."""
        place = path.absolute()
        for name, lead in self.sites.items():
            if place.parent == lead.absolute().parent and (end := _behind(place.name, lead.stem)) is not None:
                return name if place.name == lead.name else PurePosixPath(name).stem + end
        if place.is_relative_to(self._ground):
            return (PurePosixPath(STAGED_WORKSPACE) / place.relative_to(self._ground).as_posix()).as_posix()
        return place.as_posix()

    @cached_property
    def _ground(self) -> Path:
        """The deepest folder that holds all that the workspace names."""
        ws = self.workspace
        files = [path.absolute() for path in ws.inputs.values() if not path.is_relative_to(_PACKAGE)]
        alike = [path.parent for path in files if path.anchor == ws.folder.anchor]
        return Path(os.path.commonpath([ws.folder, *alike]))


_PACKAGE = Path(__file__).absolute().parent.parent


def _behind(name: str, stem: str) -> str | None:
    """Return what stands behind the stem of a name, None where that is another's."""
    return name.removeprefix(stem) if name.startswith(f"{stem}.") else None
