-- SPDX-License-Identifier: Apache-2.0
-- One scan: check the code's MAC, set the first scan if there is none, count, answer.
-- One round trip to Redis, over a pooled connection to its Unix socket.

local ffi = require "ffi"
local redis = require "nginx.redis"
local bit = require "bit"

ffi.cdef [[
typedef struct evp_cipher_st EVP_CIPHER;
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
EVP_CIPHER_CTX *EVP_CIPHER_CTX_new(void);
const EVP_CIPHER *EVP_aes_128_ecb(void);
int EVP_EncryptInit_ex(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, void *engine,
                       const unsigned char *key, const unsigned char *iv);
int EVP_CIPHER_CTX_set_padding(EVP_CIPHER_CTX *ctx, int padding);
int EVP_EncryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_len,
                      const unsigned char *input, int input_len);
]]
local crypto = ffi.load("libcrypto.so.3")

local M = {}
local ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
local value_of = {}
for i = 1, 32 do
    value_of[ALPHABET:byte(i)] = i - 1
end

local POOL = { pool_size = 512, backlog = 4096 }
local count, redis_path, ciphers
local block, out, out_len = ffi.new("uint8_t[16]"), ffi.new("uint8_t[16]"), ffi.new("int[1]")

local function bytes_of_hex(text)
    return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

-- A CMAC (RFC 4493) over exactly one block is one AES of the block under XOR with subkey K1.
local function cipher_of(key)
    local ctx = crypto.EVP_CIPHER_CTX_new()
    assert(crypto.EVP_EncryptInit_ex(ctx, crypto.EVP_aes_128_ecb(), nil, key, nil) == 1)
    crypto.EVP_CIPHER_CTX_set_padding(ctx, 0)
    ffi.fill(block, 16)
    crypto.EVP_EncryptUpdate(ctx, out, out_len, block, 16)
    local k1, carry = ffi.new("uint8_t[16]"), 0
    for i = 15, 0, -1 do
        k1[i] = bit.band(bit.bor(bit.lshift(out[i], 1), carry), 255)
        carry = bit.rshift(out[i], 7)
    end
    if carry == 1 then
        k1[15] = bit.bxor(k1[15], 0x87)
    end
    return { ctx = ctx, k1 = k1 }
end

local function cmac_of_block(cipher)
    for i = 0, 15 do
        block[i] = bit.bxor(block[i], cipher.k1[i])
    end
    crypto.EVP_EncryptUpdate(cipher.ctx, out, out_len, block, 16)
end

-- keys_path: a line "HANDLE COUNT KT KM", keys in hex, as make_codes writes it.
function M.open(keys_path, redis_socket)
    local file = assert(io.open(keys_path))
    local _, issued, tag_key, mask_key = file:read("*l"):match("^(%w+) (%d+) (%x+) (%x+)$")
    file:close()
    count, redis_path = tonumber(issued), "unix:" .. redis_socket
    ciphers = { tag = cipher_of(bytes_of_hex(tag_key)), mask = cipher_of(bytes_of_hex(mask_key)) }
end

-- The check character: sum of a^(i+1) * d_i over GF(32), x^5 + x^2 + 1.
local power = {}
do
    local a = 1
    for i = 0, 18 do
        a = a * 2
        if a >= 32 then
            a = bit.bxor(a, 37)
        end
        power[i] = {}
        for d = 0, 31 do
            local product, factor = 0, a
            for b = 0, 4 do
                if bit.band(d, bit.lshift(1, b)) ~= 0 then
                    product = bit.bxor(product, factor)
                end
                factor = factor * 2
                if factor >= 32 then
                    factor = bit.bxor(factor, 37)
                end
            end
            power[i][d] = product
        end
    end
end

local digits = ffi.new("uint8_t[20]")

-- True if every character is of the alphabet and the check character matches.
local function read_digits(code)
    local check = 0
    for i = 0, 19 do
        local value = value_of[code:byte(i + 1)]
        if not value then
            return false
        end
        digits[i] = value
        if i < 19 then
            check = bit.bxor(check, power[i][value])
        end
    end
    return check == digits[19]
end

local function put32(at, value)
    block[at] = bit.band(bit.rshift(value, 24), 255)
    block[at + 1] = bit.band(bit.rshift(value, 16), 255)
    block[at + 2] = bit.band(bit.rshift(value, 8), 255)
    block[at + 3] = bit.band(value, 255)
end

local function number_of(first, last)
    local number = 0
    for i = first, last do
        number = number * 32 + digits[i]
    end
    return number
end

-- Index of the code if its tag is right, else nil. Two MACs, as docs/FORMAT.md, section 1, has it:
-- tag over "ASYT" version handle index, mask over "ASYM" version handle tag, cut to 34 and 26 bits.
local function open_code(code)
    if not read_digits(code) then
        return nil
    end
    local version, handle = digits[0], number_of(1, 6)
    local tag_high, tag_low = number_of(7, 8), number_of(9, 12) * 16 + bit.rshift(digits[13], 1)
    local masked = bit.band(digits[13], 1) * 33554432 + number_of(14, 18)
    -- 34 bits of tag: 10 bits, 24 bits.
    ffi.fill(block, 16)
    ffi.copy(block, "ASYM", 4)
    block[4] = version
    put32(5, handle)
    block[9] = bit.rshift(tag_high, 8)
    put32(10, bit.bor(bit.lshift(bit.band(tag_high, 255), 24), tag_low))
    cmac_of_block(ciphers.mask)
    local mask = out[0] * 262144 + out[1] * 1024 + out[2] * 4 + bit.rshift(out[3], 6)
    local index = bit.bxor(masked, mask)
    ffi.fill(block, 16)
    ffi.copy(block, "ASYT", 4)
    block[4] = version
    put32(5, handle)
    put32(9, index)
    cmac_of_block(ciphers.tag)
    local high = out[0] * 4 + bit.rshift(out[1], 6)
    local low = bit.band(out[1], 63) * 262144 + out[2] * 1024 + out[3] * 4 + bit.rshift(out[4], 6)
    if bit.bor(bit.bxor(high, tag_high), bit.bxor(low, tag_low)) ~= 0 or index >= count then
        return nil
    end
    return index
end

-- In one round trip: set the first scan if there is none, count, read the first scan.
local function record(index, now)
    local db = redis:new()
    db:set_timeout(5000)
    local ok, err = db:connect(redis_path, POOL)
    if not ok then
        return nil, err
    end
    local key = "i:" .. index
    db:init_pipeline(3)
    db:hsetnx(key, "at", now)
    db:hincrby(key, "n", 1)
    db:hget(key, "at")
    local results
    results, err = db:commit_pipeline()
    if not results then
        return nil, err
    end
    db:set_keepalive(60000, POOL.pool_size)
    return results
end

local random = math.random
local PRODUCT = '"product":{"sku":"BENCH","gtin":"06901234567892","name":"Power bank 10400 mAh"},'
                .. '"batch":{"lot":"L1","expires_on":null},'

-- One string with its length known: nginx sends it without chunks, in one write.
local function send(text)
    ngx.header.content_length = #text
    ngx.print(text)
end

function M.answer(code)
    local index = open_code(code)
    if not index then
        return send('{"verdict":"not_issued","code":"' .. code .. '"}')
    end
    local now = string.format("%.3f", ngx.now())
    local results, err = record(index, now)
    if not results then
        ngx.log(ngx.ERR, "redis: ", err)
        return ngx.exit(503)
    end
    local number, first_at = results[2], results[3]
    send(table.concat({
        '{"verdict":"', number == 1 and "genuine" or "genuine_seen", '","code":"', code, '",',
        PRODUCT, '"scan":{"id":"',
        string.format("%08x%08x%08x%08x", random(0, 4294967295), random(0, 4294967295),
                      random(0, 4294967295), random(0, 4294967295)),
        '","number":', number, ',"at":"', now, '","place":null},"first_scan":{"at":"', first_at,
        '","place":null},"risk":{"level":"low","reasons":[]}}'
    }))
end

return M
