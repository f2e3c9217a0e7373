"""Where the files of `resources/` are: beside the package in a checkout, inside it where MeshDesk is installed."""

from pathlib import Path

RECORDED_DEMO = "demo/demo.meshcap"  # what is shown where the embedded mesh is not installed
DEMO_CATALOGUE = "demo/catalogue"  # the contracts and data products of the embedded mesh
PACKAGE = Path(__file__).resolve().parents[1]


def resource(name: str) -> Path:
    """The file or folder `name` of the resources, e.g. "icons/search.svg". Raises FileNotFoundError."""
    places = (PACKAGE / "resources", PACKAGE.parent / "resources")
    for place in places:
        if (place / name).exists():
            return place / name
    raise FileNotFoundError(
        f"MeshDesk's own file {name} is missing: it is neither in {places[0]} nor in {places[1]}. "
        "Install MeshDesk again."
    )
