-- SPDX-License-Identifier: Apache-2.0
-- wrk script: posts scans of the codes of a file, one after the other.
--
--   wrk ... -s scan.lua URL -- KIND CODES FIRST COUNT
--
--   KIND   constant, first, forged: each code once, empty body
--          json      each code once, with scan_id and device made from its place in the file
--          retry     the same bodies as json, so that each is a retry of a scan answered before
--          repeat    each code with a scan_id and device never used before
--          posted    the bodies of repeat, for the constant handler
--   CODES  20 characters and a line break each
--   FIRST  place in the file of the first code; COUNT  how many codes from there on to use
--
-- Thread t of T takes FIRST + t, FIRST + t + T, ...; constant, posted, repeat and retry begin again at the
-- end, the others stop the bench with an error, since a code used twice would not be a first scan.

local STEP = 2 -- threads of wrk
local threads = {}
local seed = 0

function setup(thread)
    seed = seed + 1
    thread:set("number", seed - 1)
    thread:set("salt", os.time() % 100000)
    threads[#threads + 1] = thread
end

local codes, kind, first, count

function init(args)
    kind, first, count = args[1], tonumber(args[3]), tonumber(args[4])
    used = 0
    overrun = 0
    bad = 0
    local file = assert(io.open(args[2], "r"))
    file:seek("set", first * 21)
    codes = file:read(count * 21)
    file:close()
    assert(codes and #codes == count * 21, "the file of codes is too short")
end

local function body_of(place)
    if kind == "json" or kind == "retry" then
        return string.format('{"scan_id":"%032x","device":"%032x"}', place + 1, place + 7)
    end
    return string.format('{"scan_id":"%08x%08x%016x","device":"%08x%08x%016x"}', salt, number + 1,
                         used, salt, number + 1, used)
end

function request()
    local place = number + used * STEP
    if place >= count then
        if kind == "first" or kind == "json" then
            overrun = overrun + 1
        end
        place = place % count
    end
    used = used + 1
    local head = "POST /v1/codes/" .. codes:sub(place * 21 + 1, place * 21 + 20)
                 .. "/scans HTTP/1.1\r\nHost: bench\r\nContent-Length: "
    if kind == "json" or kind == "retry" or kind == "repeat" or kind == "posted" then
        local body = body_of(first + place)
        return head .. #body .. "\r\nContent-Type: application/json\r\n\r\n" .. body
    end
    return head .. "0\r\n\r\n"
end

-- Only wrk's own count of statuses is taken here: parsing answers would slow the client down.
function done(summary, latency, requests)
    local most, over = 0, 0
    for _, thread in ipairs(threads) do
        most = math.max(most, thread:get("used"))
        over = over + thread:get("overrun")
    end
    local errors = summary.errors
    io.write(string.format("RESULT rate=%.0f p50_us=%d p99_us=%d max_us=%d status=%d other=%d "
                           .. "used=%d overrun=%d bytes=%d requests=%d\n",
                           summary.requests / summary.duration * 1e6, latency:percentile(50),
                           latency:percentile(99), latency.max, errors.status,
                           errors.connect + errors.read + errors.write + errors.timeout,
                           most * STEP, over, summary.bytes / math.max(1, summary.requests),
                           summary.requests))
end
