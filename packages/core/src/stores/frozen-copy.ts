// Plain data that nobody can change any more.

/** A frozen deep copy of plain data. */
export function frozenCopy<Data>(data: Data): Data {
  if (typeof data !== 'object' || data === null) return data;
  const copy: Data = Array.isArray(data) ? (data.map(frozenCopy) as Data) : { ...data };
  if (!Array.isArray(copy)) for (const key in copy) copy[key] = frozenCopy(copy[key]);
  return Object.freeze(copy);
}
