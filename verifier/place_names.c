// SPDX-License-Identifier: Apache-2.0
#include "verifier/place_names.h"

#include <string.h>

#include "verifier/pages/page.h"

/* {"zh","en"} of the region, else of the country; null if neither is known. */
static json_t *name_json(const json_t *place)
{
    const char *country = json_string_value(json_object_get(place, "country"));
    const char *region = json_string_value(json_object_get(place, "region"));
    const char *code = region != NULL ? region : country;
    if (code == NULL) {
        return json_null();
    }
    return json_pack("{s:s, s:s}", "zh", assay_region_name(code, ASSAY_LANGUAGE_ZH), "en",
                     assay_region_name(code, ASSAY_LANGUAGE_EN));
}

void assay_place_names_add(json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_array(value)) {
        json_array_foreach(value, i, member)
        {
            assay_place_names_add(member);
        }
        return;
    }
    json_object_foreach(value, key, member)
    {
        if (strcmp(key, "place") == 0 && json_is_object(member)) {
            json_object_set_new(member, "name", name_json(member));
        } else {
            assay_place_names_add(member);
        }
    }
}
