// SPDX-License-Identifier: Apache-2.0
/* Every bound of the system: value, unit, why, and what the user sees when it is met. */
#ifndef ASSAY_CORE_LIMITS_H
#define ASSAY_CORE_LIMITS_H

/* -- codes and batches -- */

/* Items in one batch: 26 bits of index, less two so that a guess hits with at most 2^-36.
 * Met: `batch create` is refused; make several batches. */
#define ASSAY_BATCH_ITEMS_MAX (1u << 24)
/* Batches of one data directory; their keys are resident, about 1 KiB each. Met: E_FULL. */
#define ASSAY_BATCHES_MAX (1u << 17)
/* Products of one data directory. Met: E_FULL. */
#define ASSAY_PRODUCTS_MAX (1u << 16)
/* Distinct ranges of one kind (active, void, recalled) in one batch, after merging neighbours.
 * Met: E_FULL; merge ranges or make a new batch. */
#define ASSAY_BATCH_RANGES_MAX 4096
/* Separate ranges of one print job. Met: E_FIELD; make several jobs. */
#define ASSAY_JOB_RANGES_MAX 256
/* Alerts of one data directory. Met: no more are raised; the scans stay in the ledger. */
#define ASSAY_ALERTS_MAX (1u << 16)
/* Rules of alerts, those that the program ships too. Met: E_FULL; reset one. */
#define ASSAY_RULES_MAX 64
/* Endpoints that are told of alerts. Met: E_FULL; remove one and give its name again. */
#define ASSAY_WEBHOOKS_MAX 32
/* Names of office tokens. Met: E_FULL; revoke one and give its name again. */
#define ASSAY_TOKENS_MAX 256

/* Keys in one published list, and bytes of its text. Met: E_FULL; publish a list for each sku. */
#define ASSAY_KEY_LIST_KEYS_MAX (1u << 15)
#define ASSAY_KEY_LIST_BYTES_MAX (16u << 20)
/* -- cartons -- */

/* Cartons and pallets of one data directory, for all time. Met: E_FULL. */
#define ASSAY_UNITS_MAX (1u << 26)
/* Items in a carton, cartons on a pallet. Met: the import is refused, with the line. */
#define ASSAY_UNIT_ITEMS_MAX 65535u
/* Lines of one import: what one transaction of the state can hold (its dirty pages), and 64 MiB of
 * memory. Met: the import is refused; split the file between two cartons. */
#define ASSAY_IMPORT_LINES_MAX (1u << 21)
/* Units made empty by one command. Met: refused; ask again for more. */
#define ASSAY_UNITS_MADE_MAX 10000
/* Labels of cartons in one job, and different contents among them. Met: refused; print in parts. */
#define ASSAY_CARTON_LABELS_MAX 200000u
#define ASSAY_CARTON_LABEL_GROUPS_MAX 1024u

/* Imports of evidence (reference items, sales, test purchases, plans) of one data directory. Met:
 * E_FULL. */
#define ASSAY_IMPORTS_MAX (1u << 16)
/* Rows of one import of evidence: what fits an upload. Met: refused; make two files. */
#define ASSAY_EVIDENCE_IMPORT_ROWS_MAX (1u << 22)
/* Items of one sampling plan, and products x regions that they are drawn from. Met: refused. */
#define ASSAY_PLAN_ITEMS_MAX 10000
#define ASSAY_PLAN_ROWS_MAX 50000
/* Rows of a file of past scans that do not stand in order of time: they are sorted in memory, 24 bytes
 * a row and 32 for its result. Met: refused; sort the file. */
#define ASSAY_HISTORY_UNSORTED_ROWS_MAX (1u << 26)

/* -- estimates -- */

/* Groups (product x country) of one mixture: some 200 bytes each. Met: E_FULL; take a coarser cut. */
#define ASSAY_ESTIMATE_GROUPS_MAX (1u << 20)
/* Rows of one mixture: codes scanned twice and more that differ in what their scans say; 52 bytes
 * each, in a table at most 3/4 full. Met: E_FULL; audit a shorter time. */
#define ASSAY_ESTIMATE_ROWS_MAX (1u << 26)

/* -- texts, bytes of UTF-8 without the final NUL -- */
#define ASSAY_BRAND_NAME_MAX 80
#define ASSAY_SKU_MAX 40           /* [A-Za-z0-9._-] */
#define ASSAY_PRODUCT_NAME_MAX 120 /* one language */
#define ASSAY_LOT_MAX 20           /* GS1 AI (10): X..20 */
#define ASSAY_HOST_MAX 120         /* an origin: scheme://host[:port] */
#define ASSAY_REASON_MAX 200       /* reason of a void or recall, shown to buyers */
#define ASSAY_URL_MAX 300
#define ASSAY_PRINTER_MAX 64       /* name of a printing machine */
#define ASSAY_FILE_LABEL_MAX 64    /* name of a file that holds decoys */
#define ASSAY_JOB_ID_LEN 16        /* bytes of a print job's id */
#define ASSAY_ACTOR_MAX 64         /* who did it, in the ledger */
#define ASSAY_RULE_NAME_MAX 40     /* of a rule of alerts */
#define ASSAY_ALERT_REASON_MAX 400 /* why an alert was confirmed or dismissed */

/* -- places -- */
#define ASSAY_CITY_MAX 63
/* Distinct places interned in one ledger. The last of them are kept for places without a city, and
 * the last of these for those without a region, so that a country always finds room. Met: city, then
 * region, is left out of new ones. */
#define ASSAY_PLACES_MAX (1u << 18)
#define ASSAY_PLACES_WITHOUT_CITY 8192
#define ASSAY_PLACES_WITHOUT_REGION 1024

/* -- risk -- */

/* Pairs of a batch or product and a country or tile of which first scans and suspicious mass are
 * kept, 48 bytes each. The last of them are kept for countries that find no room. Met: countries new
 * to a batch or product share one more cell, "ZZ"; tiles new to it are not kept, so that what happens
 * there says nothing of the scans there. */
#define ASSAY_RISK_CELLS_MAX (1u << 21)
#define ASSAY_RISK_TILES_MAX (1u << 20)
#define ASSAY_RISK_CELLS_OTHER (ASSAY_BATCHES_MAX + ASSAY_PRODUCTS_MAX)

/* -- ledger -- */
#define ASSAY_LEDGER_SEGMENT_BYTES (64ull << 20)
#define ASSAY_LEDGER_SEGMENT_BYTES_MIN (1ull << 20)
#define ASSAY_LEDGER_GROUP_BYTES_MAX (1u << 20)
#define ASSAY_RECORD_BYTES_MAX 65528u
/* Of what was appended last, kept in memory: 40,000 scans. A power of two. */
#define ASSAY_LEDGER_RECENT_BYTES (4u << 20)

/* -- scanning -- */
/* Scans one loop hands over in one pass. Met: 503 with Retry-After. */
#define ASSAY_GROUP_SCANS_MAX 1024
/* Changed items between two checkpoints, in memory: an entry and its place in the index. There are
 * two such overlays while one of them is folded. Met: scans get 503. */
#define ASSAY_OVERLAY_ITEM_BYTES_MAX 256
#define ASSAY_OVERLAY_ITEMS (1u << 20)
/* Time between two checkpoints: folding many changes at once costs less for each. */
#define ASSAY_CHECKPOINT_INTERVAL_MS 8000
/* How many of an item's scans are walked back to find a retry. Older retries count anew. */
#define ASSAY_RETRY_WALK_MAX 16
#define ASSAY_RETRY_WINDOW_MS (10 * 60 * 1000)
/* Where only the device can tell: scans older than this end the walk. More than the window, since a
 * clock may go back. */
#define ASSAY_RETRY_LOOK_BACK_MS (24 * 3600 * 1000)
/* Ledgered scans of one item in a minute; beyond, repeats are only counted in the summary. */
#define ASSAY_ITEM_SCANS_A_MINUTE 60
/* Wrong PINs of one item before each further try has to wait; never locked for good. */
#define ASSAY_PIN_FREE_TRIES 5
#define ASSAY_PIN_WAIT_MS_MAX (60 * 60 * 1000)
/* Warranty look-ups of one item and day. Met: the same answer as unknown. */
#define ASSAY_FIND_TRIES_A_DAY 5
/* Wrong signatures of one code from one address in a minute; beyond, none of that code is looked at
 * from there. Met: 429. */
#define ASSAY_BAD_SIGNATURES_A_MINUTE 10
#define ASSAY_RECEIPT_LIFETIME_MS (30 * 60 * 1000)
/* Free space kept in reserve: below it scans get 503 and checkpoints wait. */
#define ASSAY_DISK_RESERVE_BYTES (256ull << 20)

/* -- HTTP -- */
#define ASSAY_BODY_BYTES_MAX (16 * 1024)
#define ASSAY_UPLOAD_BYTES_MAX (64 * 1024 * 1024) /* admin.sock and office uploads */
#define ASSAY_JSON_DEPTH_MAX 8
#define ASSAY_CONNECTIONS_MAX 16384
#define ASSAY_CONNECTIONS_PER_ADDRESS_MAX 4096
#define ASSAY_REQUEST_DEADLINE_MS 10000
#define ASSAY_LOOPS_MAX 64
/* Browsers that are logged in, in all and by one token. Met: who was idle longest is logged out. */
#define ASSAY_SESSIONS_MAX 1024u
#define ASSAY_SESSIONS_PER_TOKEN_MAX 32u
/* A session ends so long after its last request, and at the latest so long after its login. */
#define ASSAY_SESSION_IDLE_MS (60 * 60 * 1000)
#define ASSAY_SESSION_LIFETIME_MS (10 * 60 * 60 * 1000)

/* The operator's own map for the dashboard. Larger: GET audit/geojson gets 413, with the reason. */
#define ASSAY_GEOJSON_BYTES_MAX (8 * 1024 * 1024)

/* -- state store -- */
/* Address space of the state's map, and the least that is tried where so much is not to be had.
 * Met: a commit fails and the process ends; 2^40 bytes hold some ten thousand million items. */
#define ASSAY_STATE_MAP_BYTES (1ull << 40)
#define ASSAY_STATE_MAP_BYTES_MIN (1ull << 32)
/* Address space of DIR/personal: some 10^8 registrations. Met: E_FULL. */
#define ASSAY_PERSONAL_MAP_BYTES (1ull << 36)
/* Dirty pages of one LMDB transaction; LMDB itself ends at 131,072. */
#define ASSAY_STATE_SLICE_PAGES_MAX 100000u

#endif
