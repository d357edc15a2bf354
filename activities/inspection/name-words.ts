/** Returns the words of a name in lower case: `tempIndoor_2 (°C)` has `temp`, `indoor`, `2`, `c`. */
export function wordsOf(name: string): string[] {
  return name
    .normalize('NFC')
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}%]+/u)
    .filter((word) => word !== '');
}

/** Returns a name as one word without signs: `Device ID` is `deviceid`. */
export function plainName(name: string): string {
  return wordsOf(name).join('');
}

/** Returns a name that a measurement may have: camelCase, at most 40 letters and digits. */
export function camelCase(name: string): string {
  const ascii = name
    .replaceAll(/\(.*?\)|\[.*?\]/g, ' ')
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '');
  const words = wordsOf(ascii).map((word) => word.replaceAll(/[^a-z0-9]/g, ''));
  const joined = words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
  const text = /^[a-z]/.test(joined) ? joined : `value${joined.charAt(0).toUpperCase()}${joined.slice(1)}`;
  return text.slice(0, 40);
}
