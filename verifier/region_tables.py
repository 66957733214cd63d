#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tables of countries and regions (ISO 3166) from Debian's iso-codes package, as C.

usage: region_tables.py ISO_CODES_DIR LOCALE_DIR ALIASES OUT_DIR

Writes OUT_DIR/region_names_table.inc  code -> names, for pages/region_names.c
       OUT_DIR/region_codes_table.inc  folded names -> codes, for region_codes.c
"""
import collections
import gettext
import json
import os
import re
import sys
import unicodedata

# China's 34, as its own addresses write them: short, in both languages.
CHINA = {
    "AH": ("安徽", "Anhui"), "BJ": ("北京", "Beijing"), "CQ": ("重庆", "Chongqing"),
    "FJ": ("福建", "Fujian"), "GD": ("广东", "Guangdong"), "GS": ("甘肃", "Gansu"),
    "GX": ("广西", "Guangxi"), "GZ": ("贵州", "Guizhou"), "HA": ("河南", "Henan"),
    "HB": ("湖北", "Hubei"), "HE": ("河北", "Hebei"), "HI": ("海南", "Hainan"),
    "HK": ("香港", "Hong Kong"), "HL": ("黑龙江", "Heilongjiang"), "HN": ("湖南", "Hunan"),
    "JL": ("吉林", "Jilin"), "JS": ("江苏", "Jiangsu"), "JX": ("江西", "Jiangxi"),
    "LN": ("辽宁", "Liaoning"), "MO": ("澳门", "Macao"), "NM": ("内蒙古", "Inner Mongolia"),
    "NX": ("宁夏", "Ningxia"), "QH": ("青海", "Qinghai"), "SC": ("四川", "Sichuan"),
    "SD": ("山东", "Shandong"), "SH": ("上海", "Shanghai"), "SN": ("陕西", "Shaanxi"),
    "SX": ("山西", "Shanxi"), "TJ": ("天津", "Tianjin"), "TW": ("台湾", "Taiwan"),
    "XJ": ("新疆", "Xinjiang"), "XZ": ("西藏", "Xizang"), "YN": ("云南", "Yunnan"),
    "ZJ": ("浙江", "Zhejiang"),
}

# China and its parts as pages for a Chinese public name them.
COUNTRIES = {
    "CN": ("中国", "China"),
    "HK": ("中国香港", "Hong Kong, China"),
    "MO": ("中国澳门", "Macao, China"),
    "TW": ("中国台湾", "Taiwan, China"),
}

# Words that say what kind of region it is, dropped when the whole name is not found.
KINDS = """
    administrative and autonomous autonomnaya canton capital city county da de del departamento
    department district division distrito do do estado federal fu gobierno governorate gwangyeogsi
    kanton ken krai kray la metropolitan municipality oblast oblasti of okrug parish prefecture
    province provincia provincie regency regiao regione region republic respublika sar sheng shi si
    special state territory teukbyeoljachido teukbyeolsi the to vilayat voivodeship wojewodztwo
    zizhiqu
""".split()

# Letters that Unicode does not take apart.
LETTERS = {
    "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ə": "a", "ð": "d",
    "þ": "th", "ħ": "h", "ŋ": "n", "ŧ": "t",
}
IGNORED = "'`\u2018\u2019\u02bb\u02bc\u02b9"


def fold_character(character):
    """Lower-case ASCII letters and digits of one character; None for a separator."""
    if character in IGNORED:
        return ""
    folded = unicodedata.normalize("NFKD", character.lower())
    folded = "".join(LETTERS.get(c, c) for c in folded if not unicodedata.combining(c))
    return folded if re.fullmatch("[a-z0-9]*", folded) else None


def words_of(name):
    folded = (fold_character(c) for c in name)
    return "".join(" " if f is None else f for f in folded).split()


def keys_of(name):
    words = words_of(name)
    kept = [word for word in words if word not in KINDS]
    return {"".join(words), "".join(kept or words)} - {""}


def spellings_of(name):
    names = {name, re.sub(r"[\[(].*?[\])]", "", name)}
    names.update(re.findall(r"[\[(](.*?)[\])]", name))
    for separator in "/;,":
        names.update(name.split(separator))
    return names


def code_table(regions, aliases):
    """(country + folded name) -> code, where only one region can be meant."""
    parents = {region["code"]: region.get("parent") for region in regions}
    found = collections.defaultdict(set)
    for region in regions:
        for spelling in spellings_of(region["name"]):
            for key in keys_of(spelling):
                found[region["code"][:2] + key].add(region["code"])
    table = {}
    for key, codes in found.items():
        top = {code for code in codes if not parents[code]} or codes
        if len(top) == 1:
            table[key] = next(iter(top))
    for code, name in aliases:
        if code not in parents:
            sys.exit(f"{code}: an alias of no region")
        table[code[:2] + "".join(words_of(name))] = code
    return table


def quote(text):
    """A C string of UTF-8; octal escapes end after three digits, so nothing runs into them."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}"
                         for b in text.encode()) + '"'


def catalogue(locale_dir, domain):
    """Small images leave /usr/share/locale out; China's own names are above in any case."""
    path = os.path.join(locale_dir, "zh_CN", "LC_MESSAGES", domain + ".mo")
    if not os.path.exists(path):
        print(f"region_tables.py: no {path}: foreign places keep their English names",
              file=sys.stderr)
        return gettext.NullTranslations()
    with open(path, "rb") as file:
        return gettext.GNUTranslations(file)


def name_rows(countries, regions, locale_dir):
    chinese = catalogue(locale_dir, "iso_3166-1")
    for country in countries:
        code = country["alpha_2"]
        name = country.get("common_name") or country["name"]
        zh, en = COUNTRIES.get(code, (chinese.gettext(name), name))
        yield code, zh, en
    chinese = catalogue(locale_dir, "iso_3166-2")
    for region in regions:
        code, name = region["code"], region["name"]
        if code.startswith("CN-"):
            zh, en = CHINA[code[3:]]
        else:
            zh, en = chinese.gettext(name), name
        yield code, zh, en


def write_names(path, rows):
    with open(path, "w", encoding="ascii") as out:
        out.write("/* Generated by region_tables.py from iso-codes: code, zh-CN, en. */\n")
        for code, zh, en in sorted(rows):
            out.write(f"{{{quote(code)}, {quote(zh)}, {quote(en)}}},\n")


def write_codes(path, table):
    with open(path, "w", encoding="ascii") as out:
        out.write("/* Generated by region_tables.py from iso-codes. */\n#ifdef REGION_CODES\n")
        for key, code in sorted(table.items()):
            out.write(f"{{{quote(key)}, {quote(code)}}},\n")
        out.write("#endif\n#ifdef REGION_KINDS\n")
        for word in sorted(set(KINDS)):
            out.write(f"{quote(word)},\n")
        out.write("#endif\n#ifdef REGION_LETTERS\n")
        points = list(range(0xA0, 0x300)) + list(range(0x1E00, 0x1F00)) + [0x2018, 0x2019]
        for point in points:
            folded = fold_character(chr(point))
            if folded is not None:
                out.write(f"{{{point:#06x}, {quote(folded)}}},\n")
        out.write("#endif\n")


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    iso_dir, locale_dir, aliases_path, out_dir = sys.argv[1:]
    with open(os.path.join(iso_dir, "iso_3166-1.json"), encoding="utf-8") as file:
        countries = json.load(file)["3166-1"]
    with open(os.path.join(iso_dir, "iso_3166-2.json"), encoding="utf-8") as file:
        regions = json.load(file)["3166-2"]
    with open(aliases_path, encoding="utf-8") as file:
        aliases = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    write_names(os.path.join(out_dir, "region_names_table.inc"),
                name_rows(countries, regions, locale_dir))
    write_codes(os.path.join(out_dir, "region_codes_table.inc"), code_table(regions, aliases))


if __name__ == "__main__":
    main()
