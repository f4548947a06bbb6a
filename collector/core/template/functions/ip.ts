/** Whether a text is an address, by its form alone: the pure folders have no `node:net`. */

export function isIP(text: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) {
    return text
      .split('.')
      .every((part) => Number(part) <= 255 && (part === '0' || !part.startsWith('0')));
  }
  return text.includes(':') && URL.canParse(`http://[${text}]/`);
}
