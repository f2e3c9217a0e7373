"""Where to connect."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Connection:
    """A cluster and how to reach it. Settings may hold secrets: the repr leaves them out, and they go to collect by its stdin."""

    bootstrap: str
    registry: str = ""
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = ""
    registry_user: str = field(default="", repr=False)  # user:password
    registry_ca: str = ""  # a file of authorities (PEM) for the registry; "" for the system's
    catalogues: tuple[str, ...] = ()  # folders
    colour: str = ""  # a hue that its owner gave it, as #rrggbb; "" for none
    is_production: bool = False
    schemas: tuple[str, ...] = ()  # files of schemas, and folders of such files

    @property
    def title(self) -> str:
        """What it is called in the window."""
        return self.name or self.bootstrap
