#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of tidy.py: a tree in order has no breach, and each kind of breach is found."""
import os
import tempfile
import unittest

import tidy

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
GOOD = {
    "core/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\n"
                           "add_library(assay_core STATIC\n  base.c low.c high.c\n)\n",
    "core/base.c": SPDX + '#include "core/base.h"\n',
    "core/base.h": SPDX + "#ifndef ASSAY_CORE_BASE_H\n#define ASSAY_CORE_BASE_H\n#endif\n",
    "core/low.h": SPDX + "#ifndef ASSAY_CORE_LOW_H\n#define ASSAY_CORE_LOW_H\n\n"
                         "/** Low. */\nint assay_low(int value);\nint assay_lower(void);\n#endif\n",
    "core/low.c": SPDX + '#include "core/low.h"\n',
    "core/high.c": SPDX + '#include "core/low.h"\n\nint assay_high(int value)\n{\n'
                          "    return value; /* } { */\n}\n",
}


def function(lines, parameters="void"):
    """Text of a C function of so many lines."""
    return f"int f({parameters})\n" + "{\n" + "    g();\n" * (lines - 3) + "}\n"


# rule -> (path, text) that breaks it
BAD = {
    "floors": [
        ("core/base.c", SPDX + '#include "core/high.h"\n'),
        ("core/base.c", SPDX + '#include "core/nowhere.h"\n'),
        ("core/unlisted.c", SPDX),
        ("core/low.c", SPDX + '#include "verifier/service.h"\n'),
        ("codegen/pdf.c", SPDX + '#include "verifier/service.h"\n'),
        ("verifier/geo.c", SPDX + '#include "geo.h"\n'),
    ],
    "third_party": [
        ("core/low.c", SPDX + "#include <lmdb.h>\n"),
        ("core/low.c", SPDX + "#include <openssl/evp.h>\n"),
        ("codegen/pdf.c", SPDX + "#include <qrencode.h>\n"),
        ("batch-tools/audit.c", SPDX + "#include <h2o.h>\n"),
        ("core/low.c", SPDX + "#include <assert.h>\n"),
    ],
    "file_length": [("core/low.c", SPDX + "\n" * 500)],
    "function_length": [("core/low.c", SPDX + function(71))],
    "parameters": [
        ("core/low.c", SPDX + function(5, "int a, int b, int c, int d, int e, int g")),
        ("core/low.c", SPDX + function(5, "int a, int b, int (*c)(int, int), int d,\n"
                                          "      int e, int g")),
    ],
    "header_docs": [
        ("core/low.h", GOOD["core/low.h"].replace("/** Low. */\n", "")),
        ("core/low.h", GOOD["core/low.h"].replace("/** Low. */", "/* Low. */")),
        ("core/low.h", GOOD["core/low.h"].replace("int assay_lower", "\nint assay_lower")),
    ],
    "exported_names": [
        ("core/low.h", GOOD["core/low.h"].replace("assay_lower", "lower")),
        ("core/low.h", GOOD["core/low.h"].replace("#endif", "typedef struct low low_t;\n#endif")),
    ],
    "header_guard": [("core/low.h", SPDX + "#pragma once\n")],
    "licence": [("core/low.c", "int x;\n"), ("scripts/run", "#!/bin/sh\n")],
    "banned_calls": [("core/low.c", SPDX + function(4).replace("g()", "strcpy(a, b)"))],
    "words": [
        ("docs/A.md", "TO" + "DO: write\n"),
        ("package-lock.json", '{ "resol' + 'ved": "x" }\n'),
    ],
    "white_space": [
        ("core/low.c", SPDX + "\tint x;\n"),
        ("core/low.c", SPDX + "int x; \n"),
        ("core/low.c", SPDX + "int x;"),
    ],
}


def breaches(changes, exceptions=None):
    """What tidy says about the good tree with some files replaced."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **changes}.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return list(tidy.breaches(tidy.Tree(root), exceptions or {}))


class Tidy(unittest.TestCase):
    """Each rule, both ways."""

    def test_good_tree(self):
        self.assertEqual(breaches({}), [])

    def test_every_rule_has_a_breach(self):
        rules = {name[len("rule_"):] for name in dir(tidy) if name.startswith("rule_")}
        self.assertEqual(rules, set(BAD) | {"format"})

    def test_breaches(self):
        for rule, cases in BAD.items():
            for path, text in cases:
                with self.subTest(rule=rule, text=text[-60:]):
                    found = breaches({path: text})
                    self.assertTrue(any(f"[{rule}]" in line for line in found), found)

    def test_longest_allowed(self):
        text = SPDX + function(70, "int a, int b, int c, int d, int (*e)(int, int)")
        self.assertEqual(breaches({"core/low.c": text}), [])

    def test_format(self):
        if tidy.shutil.which("clang-format") is None:
            self.fail("clang-format is not installed")
        style = {".clang-format": "BasedOnStyle: LLVM\n"}
        found = breaches({**style, "core/low.c": SPDX + "int  x ;\n"})
        self.assertTrue(any("[format]" in line for line in found), found)

    def test_exceptions(self):
        changes = {"core/low.c": SPDX + function(71)}
        self.assertEqual(breaches(changes, {("function_length", "core/low.c:f"): "a table"}), [])
        unused = breaches({}, {("function_length", "core/low.c:f"): "a table"})
        self.assertEqual(len(unused), 1, unused)

    def test_comments_and_strings_are_no_code(self):
        text = SPDX + '/* strcpy(a, b) { */\nstatic const char *x = "gets( // ";\n'
        self.assertEqual(breaches({"core/low.c": text}), [])


if __name__ == "__main__":
    unittest.main()
