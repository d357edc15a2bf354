/** Returns a value of JSON with the fields of every object in it in another order. */
export function shuffledFields(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((each) => shuffledFields(each, random));
  if (typeof value !== 'object' || value === null) return value;
  const places = Object.entries(value).map(([name, inner]) => [random(), name, shuffledFields(inner, random)] as const);
  const shuffled = places.sort(([one], [other]) => one - other);
  return Object.fromEntries(shuffled.map(([, name, inner]) => [name, inner]));
}
