// SPDX-License-Identifier: Apache-2.0
// Provinces of China as tiles: ISO 3166-2 word, adcode (GB/T 2260), column, row, zh-CN, en.

const TABLE = `
HL 23 7 0 黑龙江 Heilongjiang
NM 15 4 1 内蒙古 Inner Mongolia
BJ 11 5 1 北京 Beijing
LN 21 6 1 辽宁 Liaoning
JL 22 7 1 吉林 Jilin
XJ 65 0 2 新疆 Xinjiang
QH 63 1 2 青海 Qinghai
GS 62 2 2 甘肃 Gansu
NX 64 3 2 宁夏 Ningxia
SX 14 4 2 山西 Shanxi
HE 13 5 2 河北 Hebei
TJ 12 6 2 天津 Tianjin
XZ 54 1 3 西藏 Tibet
SN 61 3 3 陕西 Shaanxi
HA 41 4 3 河南 Henan
SD 37 5 3 山东 Shandong
SC 51 2 4 四川 Sichuan
CQ 50 3 4 重庆 Chongqing
HB 42 4 4 湖北 Hubei
AH 34 5 4 安徽 Anhui
JS 32 6 4 江苏 Jiangsu
SH 31 7 4 上海 Shanghai
YN 53 2 5 云南 Yunnan
GZ 52 3 5 贵州 Guizhou
HN 43 4 5 湖南 Hunan
JX 36 5 5 江西 Jiangxi
ZJ 33 6 5 浙江 Zhejiang
GX 45 3 6 广西 Guangxi
GD 44 4 6 广东 Guangdong
FJ 35 5 6 福建 Fujian
TW 71 6 6 台湾 Taiwan
HI 46 3 7 海南 Hainan
MO 82 4 7 澳门 Macao
HK 81 5 7 香港 Hong Kong`;

/** [{word, adcode, column, row, name: {zh, en}}] */
export const PROVINCES = TABLE.trim().split('\n').map((line) => {
  const [word, adcode, column, row, zh, ...en] = line.split(' ');
  return { word, adcode, column: Number(column), row: Number(row), name: { zh, en: en.join(' ') } };
});

/** Those that the ledger knows as countries of their own (ISO 3166-1). */
export const APART = ['HK', 'MO', 'TW'];

/** ISO 3166-2 of a six-digit adcode, or null. */
export function regionOfAdcode(adcode) {
  const found = PROVINCES.find((province) => `${province.adcode}0000` === String(adcode));
  return found ? `CN-${found.word}` : null;
}
