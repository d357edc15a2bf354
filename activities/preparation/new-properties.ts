import type { Properties } from '../elasticsearch/index-mappings';

/** Those of the wanted fields that a mapping does not have yet; a field that it has stays as it is, whatever is wanted. */
export function newProperties(wanted: Properties, existing: Properties): Properties {
  const missing = Object.entries(wanted).flatMap(([name, field]): [string, Properties[string]][] => {
    const known = existing[name];
    if (known === undefined) return [[name, field]];
    const within = newProperties(fieldsWithin(field), fieldsWithin(known));
    return Object.keys(within).length === 0 ? [] : [[name, { properties: within }]];
  });
  return Object.fromEntries(missing);
}

function fieldsWithin(field: Properties[string]): Properties {
  return 'properties' in field ? (field.properties ?? {}) : {};
}
