"""What is embedded in a page as data can neither end its script nor be read otherwise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.maps.page.page_data import script_json


@pytest.mark.parametrize("character", ["<", "\u2028", "\u2029"])
def test_what_could_end_a_script_or_a_line_is_written_as_its_code(character):
    # HTML ends a script at </script; before ES2019 U+2028 and U+2029 end a line of JavaScript.
    written = script_json({"address": f"Calle{character}Lerdo"})
    assert character not in written
    assert f"Calle\\u{ord(character):04x}Lerdo" in written
    assert json.loads(written) == {"address": f"Calle{character}Lerdo"}


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_whatever_is_embedded_comes_back(content):
    written = script_json(content)
    assert not set(written) & set("<\u2028\u2029\n")
    assert json.loads(written) == content


def test_what_no_script_can_read_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json({"rate": float("nan")})
