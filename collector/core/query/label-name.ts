/** Label names in addresses: `U__` and escapes stand for names that an address could not carry. */

const PREFIX = 'U__';
const MAX_DIGITS = 6;

/** As Prometheus reads it: what is no proper escape stays as it is. */
export function unescapeLabelName(name: string): string {
  if (!name.startsWith(PREFIX)) return name;
  let result = '';
  for (let at = PREFIX.length; at < name.length; ) {
    if (name[at] !== '_') {
      result += name[at++];
    } else if (name[at + 1] === '_') {
      result += '_';
      at += 2;
    } else {
      const end = name.indexOf('_', at + 1);
      const digits = end < 0 ? '' : name.slice(at + 1, end);
      const point = /^[0-9a-f]+$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
      const proper = digits.length <= MAX_DIGITS && point >= 0 && point <= 0x10ffff;
      if (!proper || (point >= 0xd800 && point <= 0xdfff)) return name;
      result += String.fromCodePoint(point);
      at = end + 1;
    }
  }
  return result;
}
