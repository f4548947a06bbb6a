/** Versions of Debian packages in their order: `[epoch:]upstream[-revision]`, as dpkg sorts them. */

interface Parts {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

/** Below zero when `a` is earlier, above when it is later, zero when they are the same. */
export function compareDebianVersions(a: string, b: string): number {
  const left = partsOf(a);
  const right = partsOf(b);
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareTexts(left.upstream, right.upstream) ||
    compareTexts(left.revision, right.revision)
  );
}

function partsOf(version: string): Parts {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? '' : version.slice(0, colon),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** What is not digits and what is, in turns. */
function compareTexts(a: string, b: string): number {
  let left = a;
  let right = b;
  while (left !== '' || right !== '') {
    const leftText = /^[^0-9]*/.exec(left)?.[0] ?? '';
    const rightText = /^[^0-9]*/.exec(right)?.[0] ?? '';
    const byText = compareOrders(leftText, rightText);
    if (byText !== 0) return byText;
    left = left.slice(leftText.length);
    right = right.slice(rightText.length);
    const leftDigits = /^[0-9]*/.exec(left)?.[0] ?? '';
    const rightDigits = /^[0-9]*/.exec(right)?.[0] ?? '';
    const byNumber = compareDigits(leftDigits, rightDigits);
    if (byNumber !== 0) return byNumber;
    left = left.slice(leftDigits.length);
    right = right.slice(rightDigits.length);
  }
  return 0;
}

function compareOrders(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = orderOf(a, at) - orderOf(b, at);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `~` before the end, the end before letters, letters before all else. */
function orderOf(text: string, at: number): number {
  if (at >= text.length) return 0;
  const character = text[at] ?? '';
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

/** Numbers of any length. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
