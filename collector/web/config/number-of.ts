/** The number that somebody has written into a field; throws what is wrong with it, for people. */
export function numberOf(name: string, { value }: HTMLInputElement): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) throw new Error(`${name}: give a number.`);
  return number;
}
