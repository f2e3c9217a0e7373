"""The version of a standard that a document names."""

import pytest

from meshdesk.collect.catalogues.catalogue import number
from tests.unit.collect.catalogues.test_tree import part, said


@pytest.mark.parametrize(
    ("text", "version", "notices"),
    [
        ("apiVersion: v1.2.0", "1.2.0", []),
        ("apiVersion: 1.2", "1.2.0", []),
        (
            "apiVersion: v1.9.0",
            "1.9.0",
            ["1:13 XYZ 1.9.0 is not known here, 1.2.0 is the newest; what is alike was read."],
        ),
        ("apiVersion: draft", "", ["1:13 “draft” is no version of XYZ; it was read as 1.2.0."]),
        ("id: a", "", ["1:1 The document names no version of XYZ (apiVersion); it was read as 1.2.0."]),
    ],
)
def test_that_a_version_is_read_with_what_is_odd_about_it(text: str, version: str, notices: list[str]) -> None:
    one = part(text)
    assert number(one, "XYZ", ("1.0.0", "1.2.0")) == version
    assert said(one) == notices
