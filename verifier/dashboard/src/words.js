// SPDX-License-Identifier: Apache-2.0
// The server's words: [zh-CN, en]. A word that is not here is shown as it came.

export const VERDICTS = ['confirmed', 'genuine', 'genuine_seen', 'suspect', 'pin_wrong',
  'not_on_sale', 'recalled', 'expired', 'void', 'not_issued', 'malformed'];

export const WORDS = {
  'verdict.confirmed': ['正品，已确认', 'Genuine, confirmed'],
  'verdict.genuine': ['正品，首次查询', 'Genuine, first scan'],
  'verdict.genuine_seen': ['品牌正码，曾被查询', 'Issued, scanned before'],
  'verdict.suspect': ['可疑', 'Suspect'],
  'verdict.pin_wrong': ['验证码不符', 'Wrong PIN'],
  'verdict.not_on_sale': ['尚未上市', 'Not on sale yet'],
  'verdict.recalled': ['已召回', 'Recalled'],
  'verdict.expired': ['已过期', 'Expired'],
  'verdict.void': ['已作废', 'Cancelled'],
  'verdict.not_issued': ['从未发出', 'Never issued'],
  'verdict.malformed': ['输入有误', 'Not a whole code'],

  'level.low': ['正常', 'Low'],
  'level.check': ['留意', 'Check'],
  'level.suspect': ['可疑', 'Suspect'],
  'level.cloned': ['已被复制', 'Cloned'],

  'kind.leak': ['上市前被查询', 'Leak: scanned before sale'],
  'kind.honey': ['诱饵码被查询', 'Decoy code scanned'],
  'kind.cloned': ['码被复制', 'Cloned code'],
  'kind.outbreak': ['假货突增', 'Outbreak of copies'],
  'kind.diversion': ['窜货', 'Diversion from the market'],
  'kind.pin_attack': ['验证码被试探', 'PIN attack'],
  'kind.forgery': ['伪造码集中出现', 'Wave of forged codes'],

  'state.open': ['待处理', 'Open'],
  'state.confirmed': ['属实', 'Confirmed'],
  'state.dismissed': ['已排除', 'Dismissed'],

  'batch.created': ['已建', 'Created'],
  'batch.active': ['在售', 'Active'],
  'batch.partly_active': ['部分在售', 'Partly active'],
  'batch.closed': ['已关闭', 'Closed'],
  'batch.void': ['已作废', 'Void'],
  'batch.recalled': ['已召回', 'Recalled'],

  'sale.not_on_sale': ['尚未上市', 'Not on sale yet'],
  'sale.on_sale': ['在售', 'On sale'],
  'sale.recalled': ['已召回', 'Recalled'],
  'sale.void': ['已作废', 'Cancelled'],

  'net.fixed': ['固定网络', 'Fixed line'],
  'net.mobile': ['移动网络', 'Mobile'],
  'net.hosting': ['机房', 'Hosting range'],
  'net.anon': ['匿名代理', 'Anonymiser'],

  'channel.web': ['网页', 'Web'],
  'channel.wechat': ['微信', 'WeChat'],
  'channel.api': ['接口', 'API'],
  'channel.replay': ['导入', 'Replayed'],
  'channel.preview': ['链接预览', 'Link preview'],
  'channel.bot': ['爬虫', 'Crawler'],

  'left_out.preview': ['链接预览', 'Link previews'],
  'left_out.bot': ['爬虫', 'Crawlers'],
  'left_out.hosting': ['机房', 'Hosting ranges'],

  'pin.right': ['正确', 'Right'],
  'pin.wrong': ['错误', 'Wrong'],

  'reason.many_devices': ['设备很多', 'many devices'],
  'reason.many_places': ['多处相距很远', 'many places far apart'],
  'reason.too_fast': ['移动过快', 'too far too fast'],
  'reason.pin_used': ['验证码已被他人用过', 'PIN used by someone else'],
  'reason.lot': ['批号不符', 'another lot'],
  'reason.switches': ['在几处之间来回', 'back and forth between places'],
  'reason.long_after': ['很久之后又有他人', 'someone else long after'],
  'reason.surrounded': ['周围多有异常', 'suspicious surroundings'],
};
