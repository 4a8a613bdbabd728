"""The examples in the docstrings of graph run and give what they say."""

import doctest
import importlib
import pkgutil

import pytest

import graph


@pytest.mark.parametrize("name", [module.name for module in pkgutil.walk_packages(graph.__path__, "graph.")])
def test_examples_give_what_they_say(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
