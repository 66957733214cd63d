#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Read the source tree and hold it to the house's habits; prints each breach, exit 1 if any.

usage: tidy.py [ROOT]

The rules are the functions called rule_*; each yields (path, line, what is wrong).
"""
import os
import re
import shutil
import subprocess
import sys

import source

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 5

# Written in two parts, so that this file passes its own rules.
MARKS = re.compile(r"\b(" + "TO" + "DO|" + "FIX" + "ME|" + "HA" + r"CK)\b")
HOSTS = re.compile("registry" + r"\.npm|npm" + r"mirror|deb" + r"\.debian\.org|pypi" + r"\.org|"
                   + '"resol' + 'ved":|_auth' + "Token")

SOURCE_NAMES = re.compile(r"\.(c|h|py|sh|lua|js|mjs|cjs|css|pl|cmake|ya?ml|scd|in)$|(^|/)"
                          r"(CMakeLists\.txt|dev|run|scripts/\w+)$")
TEXT_NAMES = re.compile(r"\.(c|h|py|sh|lua|js|mjs|cjs|css|html|pl|cmake|ya?ml|scd|in|md|txt|json|"
                        r"service|conf)$|(^|/)(dev|run|scripts/\w+)$")
SKIPPED = re.compile(r"^(build|demo|demo-lan|\.git|\.cache)(/|$)|(^|/)(node_modules|__pycache__)"
                     r"(/|$)|^tests/fuzz/corpus/|^docs/pictures/")

# A third-party header stops at one module: where each may be included, as a pattern of paths.
THIRD_PARTY = {
    r"lmdb\.h": r"core/(state\w*|personal|outbox)\.[ch]|tests/.*",
    r"openssl/.*": r"core/(bytes|certificate(_private)?|code|envelope(_read)?|keyfile|keyring|offline"
                   r"|receipt|seal)\.[ch]"
                   r"|codegen/digest\.c|verifier/tls\w*\.[ch]|tests/.*|bench/.*",
    r"h2o(/.*)?\.h|h2o\.h": r"verifier/.*|bench/.*|tests/.*",
    r"qrencode\.h": r"codegen/qr\.c|bench/.*|tests/.*",
    r"maxminddb\.h": r"verifier/geo\w*\.c",
    r"cyaml/.*": r"verifier/config\w*\.c",
    r"curl/.*": r"batch-tools/socket\.c|verifier/(courier\.c|post\.[ch])",
    r"png\.h": r"codegen/png\w*\.c|tests/.*",
    r"ft2build\.h": r"codegen/font\.c|batch-tools/paper\.c",
    r"cairo(-.*)?\.h": r"batch-tools/paper\.c",
    r"xlsxwriter\.h": r"batch-tools/audit_xlsx\.c",
    r"hb(-.*)?\.h": r"codegen/font_subset\.c",
    r"yaml\.h": r"(verifier/config|codegen/layout_file)\.c",
    r"zlib\.h": r"codegen/(pdf|deflate)\w*\.[ch]|tests/.*",
    r"cmocka\.h": r"tests/.*",
    r"assert\.h": r"(?!)",
}

# What a program's folder may include from the tree.
FOLDERS = {
    "core": ("core",),
    "codegen": ("core", "codegen"),
    "verifier": ("core", "verifier"),
    "batch-tools": ("core", "batch-tools"),
}

BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|rand|srand|"
                    r"gmtime|localtime|asctime|ctime|tmpnam|mktemp|system|alloca)\s*\(")

# (rule, path or path:function) -> reason. One that no longer applies is itself a breach.
EXCEPTIONS = {
    ("parameters", "verifier/tls.c:select_protocol"): "OpenSSL's type of callback",
}


class Tree:
    """The text files of a source tree, by path from its root."""

    def __init__(self, root):
        self.root = root
        self.texts = {}
        for folder, names, files in os.walk(root):
            below = os.path.relpath(folder, root)
            below = "" if below == "." else below + "/"
            names[:] = [name for name in names if not SKIPPED.search(below + name)]
            for name in files:
                path = below + name
                if TEXT_NAMES.search(path) and not SKIPPED.search(path):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        self.texts[path] = file.read()

    def select(self, pattern):
        """(path, text) of the files whose path matches, in order."""
        return [(path, self.texts[path]) for path in sorted(self.texts) if re.search(pattern, path)]

    def c_files(self):
        """(path, text) of C files and headers."""
        return self.select(r"\.[ch]$")


def line_of(text, offset):
    """Line number of an offset, from 1."""
    return text.count("\n", 0, offset) + 1


def includes(text):
    """(line, name, quoted) of every include."""
    for match in re.finditer(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', text, re.M):
        yield line_of(text, match.start()), match.group(2), match.group(1) == '"'


def core_floors(tree):
    """Floor number of each module of core, in the order of core/CMakeLists.txt."""
    listed = re.search(r"add_library\(assay_core STATIC(.*?)\)",
                       tree.texts.get("core/CMakeLists.txt", ""), re.S)
    names = re.findall(r"([\w/]+)\.c\b", listed.group(1)) if listed else []
    floors = {name: floor for floor, name in enumerate(names)}
    if "base" in floors:
        floors.setdefault("limits", floors["base"])
    return floors


def family(name):
    """store, store_scan and store_private are one family; its files may include each other."""
    return name.split("_")[0]


def floor_of(floors, name):
    """Floor of a module; a header without a source of its own stands with its family's last."""
    if name in floors:
        return floors[name]
    return max((floor for other, floor in floors.items() if family(other) == family(name)),
               default=None)


def rule_floors(tree):
    """core includes only lower floors of core; programs include core and themselves."""
    floors = core_floors(tree)
    for path, text in tree.select(r"^(core|codegen|verifier|batch-tools)/.*\.[ch]$"):
        folder = path.split("/")[0]
        own = floor_of(floors, path[len("core/"):-2]) if folder == "core" else 0
        if own is None:
            yield path, 1, "is not in the list of core/CMakeLists.txt, so it has no floor"
            continue
        for line, name, quoted in includes(text):
            if not quoted:
                continue
            target = name.split("/")[0]
            if "/" not in name or target not in FOLDERS[folder]:
                if target in FOLDERS or "/" not in name:
                    yield path, line, f'may not include "{name}" (paths begin at the root)'
                continue
            if folder == "core":
                module = name[len("core/"):-2]
                floor = floor_of(floors, module)
                kin = family(module) == family(path[len("core/"):-2])
                if floor is None or (floor > own and not kin):
                    yield path, line, f'includes upward: "{name}"'


def rule_third_party(tree):
    """A third-party header is included in its one module only."""
    for path, text in tree.c_files():
        for line, name, _ in includes(text):
            for header, allowed in THIRD_PARTY.items():
                if re.fullmatch(header, name) and not re.fullmatch(allowed, path):
                    yield path, line, f"<{name}> belongs to {allowed.split('|')[0]}"


def rule_file_length(tree):
    """Source files have at most FILE_LINES_MAX lines."""
    for path, text in tree.select(r"\.(c|h|py|sh|lua|js|mjs|cjs)$|^scripts/"):
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            yield path, lines, f"{lines} lines; at most {FILE_LINES_MAX}"


def rule_function_length(tree):
    """Functions have at most FUNCTION_LINES_MAX lines."""
    for path, text in tree.c_files():
        for name, line, length, _ in source.functions(text):
            if length > FUNCTION_LINES_MAX:
                yield f"{path}:{name}", line, f"{length} lines; at most {FUNCTION_LINES_MAX}"


def rule_parameters(tree):
    """Functions have at most PARAMETERS_MAX parameters."""
    for path, text in tree.select(r"\.c$"):
        for name, line, _, count in source.functions(text):
            if count > PARAMETERS_MAX:
                yield f"{path}:{name}", line, f"{count} parameters; at most {PARAMETERS_MAX}"


def rule_header_docs(tree):
    """Every exported declaration has a documentation comment."""
    for path, text in tree.select(r"^(core|codegen|verifier|batch-tools)/.*\.h$"):
        for name, line, documented, _ in source.declarations(text):
            if not documented:
                yield f"{path}:{name}", line, "has no /** comment right above it"


def rule_exported_names(tree):
    """What a header of core exports is called assay_something; no typedefs of structs."""
    for path, text in tree.select(r"^core/.*\.h$"):
        for name, line, _, _ in source.declarations(text):
            if not name.startswith("assay_"):
                yield path, line, f"exports {name}, which does not begin with assay_"
        for match in re.finditer(r"^typedef\s+(struct|enum|union)\b", source.strip(text), re.M):
            yield path, line_of(text, match.start()), "own types are called by struct or enum"


def rule_header_guard(tree):
    """A header's guard is its path; no pragma once."""
    for path, text in tree.select(r"^(core|codegen|verifier|batch-tools)/.*\.h$"):
        if not re.search(r"^#ifndef (\w+)\n#define \1\n", text, re.M):
            yield path, 1, "has no include guard"


def rule_licence(tree):
    """Every source file says its licence in its first three lines."""
    for path, text in tree.select(SOURCE_NAMES.pattern):
        head = "\n".join(text.split("\n")[:3])
        if "SPDX-License-Identifier: Apache-2.0" not in head:
            yield path, 1, "has no SPDX line"


def rule_banned_calls(tree):
    """Calls that cannot be bounded, or that are not safe with threads."""
    for path, text in tree.c_files():
        bare = source.strip(text)
        for match in BANNED.finditer(bare):
            yield path, line_of(bare, match.start()), f"calls {match.group(1)}"


def rule_words(tree):
    """No left-over marks, no registry hosts, no paths of somebody's machine."""
    for path, text in tree.select("."):
        for pattern, what in ((MARKS, "left-over mark"), (HOSTS, "names a registry")):
            for match in pattern.finditer(text):
                yield path, line_of(text, match.start()), f"{what}: {match.group(0)}"


def rule_white_space(tree):
    """No tabs, no blanks at line ends, one line break at the end."""
    for path, text in tree.select("."):
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line and not path.endswith(".scd"):  # scdoc indents by tabs
                yield path, number, "has a tab"
            elif line != line.rstrip() and not path.endswith(".md"):
                yield path, number, "has blanks at the line's end"
        if text and not text.endswith("\n"):
            yield path, line_of(text, len(text)), "does not end with a line break"


def rule_format(tree):
    """C files are as clang-format leaves them (where it is installed)."""
    program = shutil.which("clang-format-14") or shutil.which("clang-format")
    if program is None or not os.path.exists(os.path.join(tree.root, ".clang-format")):
        return
    paths = [path for path, _ in tree.c_files()]
    for start in range(0, len(paths), 64):
        result = subprocess.run([program, "--dry-run", "--style=file"] + paths[start:start + 64],
                                cwd=tree.root, capture_output=True, text=True, check=False)
        seen = set()
        for match in re.finditer(r"^(.+?):(\d+):\d+: warning", result.stderr, re.M):
            if match.group(1) not in seen:
                seen.add(match.group(1))
                yield match.group(1), int(match.group(2)), "is not as clang-format has it"


def breaches(tree, exceptions):
    """Every breach that no exception excuses, and every exception that excuses nothing."""
    used = set()
    for name, rule in sorted(globals().items()):
        if not name.startswith("rule_"):
            continue
        for path, line, text in rule(tree):
            key = (name[len("rule_"):], path)
            if key in exceptions:
                used.add(key)
            else:
                yield f"{path}:{line}: {text} [{key[0]}]"
    for key in exceptions:
        if key not in used:
            yield f"{key[1]}: its exception from {key[0]} is no longer needed"


def main():
    """Print what is wrong with the tree."""
    if len(sys.argv) > 2 or (len(sys.argv) == 2 and sys.argv[1].startswith("-")):
        sys.exit(__doc__)
    root = sys.argv[1] if len(sys.argv) == 2 else os.path.join(os.path.dirname(__file__), "../..")
    tree = Tree(os.path.abspath(root))
    if not tree.select(r"^core/.*\.c$"):
        sys.exit(f"tidy: {root} is not this project's tree")
    found = list(breaches(tree, EXCEPTIONS))
    for text in found:
        print(text)
    print(f"{len(tree.texts)} files read, {len(found)} breaches")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
