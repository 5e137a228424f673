"""check_layers.py on small trees of sources: what it lets pass, and what it does not."""

import pathlib
import tempfile
import unittest

from check_layers import complaints

DECLARED = """base:
rules: base
rules/machine:
rules/nft: machine
rules/xt: machine
io: base
"""


def check(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return complaints(DECLARED, pathlib.Path(folder))


class Layers(unittest.TestCase):
    def test_a_layer_includes_what_it_uses(self):
        self.assertEqual(check({"rules/walk.cpp": '#include "base/result.hpp"\n#include <vector>\n'}), [])

    def test_a_layer_includes_nothing_else(self):
        self.assertEqual(check({"rules/walk.cpp": '\n#include "io/http.hpp"\n'}), ["rules/walk.cpp:2: rules/ may not include io/"])

    def test_a_pure_layer_has_no_door_to_the_machine(self):
        self.assertEqual(check({"rules/walk.cpp": "#include <unistd.h>\n"}),
                         ["rules/walk.cpp:1: rules/ is pure and may not include <unistd.h>"])

    def test_a_library_stays_behind_its_door(self):
        self.assertEqual(check({"base/file.cpp": "#include <boost/asio.hpp>\n"}), ["base/file.cpp:1: <boost/...> belongs in io/"])


class Folders(unittest.TestCase):
    TREE = {"rules/rule_set.hpp": "", "rules/machine/step.hpp": "", "rules/nft/set.hpp": "", "rules/xt/rule.hpp": ""}

    def test_a_folder_includes_what_it_uses_and_the_layers_own_headers(self):
        text = '#include "rules/rule_set.hpp"\n#include "rules/machine/step.hpp"\n#include "rules/nft/set.hpp"\n'
        self.assertEqual(check({**self.TREE, "rules/nft/set.cpp": text}), [])

    def test_a_folder_includes_no_other(self):
        self.assertEqual(check({**self.TREE, "rules/nft/xt.cpp": '#include "rules/xt/rule.hpp"\n'}),
                         ["rules/nft/xt.cpp:1: rules/nft/ may not include rules/xt/"])
        self.assertEqual(check({**self.TREE, "rules/machine/step.cpp": '#include "rules/nft/set.hpp"\n'}),
                         ["rules/machine/step.cpp:1: rules/machine/ may not include rules/nft/"])

    def test_a_folder_does_not_go_round_through_the_layers_own_headers(self):
        tree = {**self.TREE,
                "rules/rule_set.hpp": '#include "rules/door.hpp"\n',
                "rules/door.hpp": '#include "rules/xt/rule.hpp"\n',
                "rules/nft/set.cpp": '#include "rules/rule_set.hpp"\n'}
        self.assertEqual(check(tree), ["rules/nft/set.cpp:1: rules/nft/ may not include rules/xt/"])

    def test_the_layers_own_files_include_every_folder(self):
        self.assertEqual(check({**self.TREE, "rules/rule_set.cpp": '#include "rules/xt/rule.hpp"\n#include "rules/nft/set.hpp"\n'}), [])

    def test_a_folder_is_declared(self):
        self.assertEqual(check({"rules/ebt/rule.hpp": ""}), ["rules/ebt/rule.hpp: rules/ declares no folder ebt/"])

    def test_a_layer_that_declares_none_has_no_inner_walls(self):
        self.assertEqual(check({"io/docker/api.cpp": '#include "io/http/client.hpp"\n'}), [])


if __name__ == "__main__":
    unittest.main()
