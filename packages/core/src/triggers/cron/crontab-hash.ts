// Turns a text into a number that is the same on every platform and in every release: what `H` chooses by.

/** A number in [0, limit) that depends on the text alone. */
export function hashBelow(text: string, limit: number): number {
  return hash32(text) % limit;
}

/** FNV-1a over the UTF-16 code units, then MurmurHash3's finisher, because FNV alone leaves the low bits too regular. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
